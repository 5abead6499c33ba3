using System.Data;
using System.Data.Common;
using Microsoft.ML;
using Microsoft.ML.Data;
using MLTransfer.Data;

namespace MLTransfer.PublicApi.Tests.MLNet;

/// <summary>Where images and classes come from.</summary>
public sealed class DataTests : PageFixture
{
    [Fact]
    public void Folders_and_data_sets_of_other_forms()
    {
        MLContext ml = Ml;
        string folder = PathOf("train"), archive = PathOf("images.zip");
        System.IO.Compression.ZipFile.CreateFromDirectory(folder, archive);

        IDataView images = ml.Data.LoadImageFolder(folder);          // one sub-folder per class
        IDataView packed = ml.Data.LoadImages(archive);              // also manifests, tar, MNIST's and CIFAR's files

        Assert.Equal(["ImagePath", "Label"], images.Schema.Select(column => column.Name));
        Assert.Equal(images.GetColumn<string>("Label"), packed.GetColumn<string>("Label"));
        Assert.Equal(1, Accuracy(Pipeline().Fit(packed)));
    }

    [Fact]
    public void A_data_set_with_splits()
    {
        MLContext ml = Ml;
        string folder = PathOf("");

        ImageDataset dataset = ImageDataset.Open(folder);            // has the folders train and test
        IDataView train = ml.Data.LoadImages(dataset.Part("train"));
        IDataView test = ml.Data.LoadImages(dataset.Part("test"));

        Assert.Equal((16, 8), (train.GetColumn<string>("Label").Count(), test.GetColumn<string>("Label").Count()));
    }

    [Fact]
    public void Paths_in_memory()
    {
        MLContext ml = Ml;
        (string File, string Kind)[] photos = [.. Directory.GetFiles(PathOf("train"), "*.png", SearchOption.AllDirectories)
            .Select(path => (path, Path.GetFileName(Path.GetDirectoryName(path))!))];

        IDataView data = ml.Data.LoadFromEnumerable(photos
            .Select(photo => new ImageFile { ImagePath = photo.File, Label = photo.Kind }).ToList());

        Assert.Equal(1, Accuracy(Pipeline().Fit(data)));
    }

    [Fact]
    public void Bytes_from_a_database()
    {
        MLContext ml = Ml;
        using var table = new DataTable();
        table.Columns.Add("Image", typeof(byte[]));
        table.Columns.Add("Label", typeof(string));
        foreach (string path in Directory.GetFiles(PathOf("train"), "*.png", SearchOption.AllDirectories))
            table.Rows.Add(File.ReadAllBytes(path), Path.GetFileName(Path.GetDirectoryName(path)));
        using DbDataReader reader = table.CreateDataReader();

        IDataView data = ml.Data.LoadFromEnumerable(Rows(reader).ToList());

        static IEnumerable<StoredImage> Rows(DbDataReader reader)
        {
            while (reader.Read())
                yield return new StoredImage { Image = (byte[])reader["Image"], Label = (string)reader["Label"] };
        }

        ITransformer model = Pipeline().Fit(data);
        Assert.Equal(1, Accuracy(model, data));
        using var engine = ml.Model.CreatePredictionEngine<StoredImage, ImageLabel>(model);
        Assert.Equal("red", engine.Predict(new StoredImage { Image = File.ReadAllBytes(Red) }).PredictedLabel);
    }

    [Fact]
    public void Pixels_as_MLImage()
    {
        MLContext ml = Ml;
        using MLImage camera = MLImage.CreateFromFile(Red);
        List<LabeledPixels> pixels = [.. Directory.GetFiles(PathOf("train"), "*.png", SearchOption.AllDirectories).Select(
            path => new LabeledPixels { Image = MLImage.CreateFromFile(path), Label = Path.GetFileName(Path.GetDirectoryName(path))! })];

        IDataView data = ml.Data.LoadFromEnumerable(pixels);
        ITransformer model = Pipeline().Fit(data);
        using var engine = ml.Model.CreatePredictionEngine<LabeledPixels, ImageLabel>(model);
        ImageLabel answer = engine.Predict(new LabeledPixels { Image = camera });

        Assert.Equal("red", answer.PredictedLabel);
        pixels.ForEach(row => row.Image?.Dispose());
    }

    [Fact]
    public void What_LoadImages_and_LoadRawImageBytes_read()
    {
        MLContext ml = Ml;
        IDataView data = Data;
        var options = new FeatureExtractionOptions { Backbone = "embedded", Epochs = 30, ImageColumnName = "Image" };
        var trainer = ml.MulticlassClassification.Trainers.FeatureExtraction(options);

        var bytes = ml.Transforms.LoadRawImageBytes("Image", imageFolder: null, "ImagePath")
            .Append(ml.Transforms.Conversion.MapValueToKey("Label"))
            .AppendCacheCheckpoint(ml)                               // the files are read once and stay in memory
            .Append(trainer);
        var pixels = ml.Transforms.LoadImages("Image", imageFolder: null, "ImagePath")
            .Append(ml.Transforms.Conversion.MapValueToKey("Label"))
            .Append(trainer);

        Assert.Equal(1, Accuracy(bytes.Fit(data)));
        Assert.Equal(1, Accuracy(pixels.Fit(data)));
    }

    [Fact]
    public void Classes_from_a_transform_of_ones_own()
    {
        MLContext ml = Ml;
        IDataView data = ml.Data.LoadFromEnumerable(Data.GetColumn<string>("ImagePath")
            .Select(path => new ImageFile { ImagePath = path }).ToList());

        var pipeline = ml.Transforms.CustomMapping<ImageFile, ImageClass>(
                (file, found) => found.Label = Path.GetFileName(Path.GetDirectoryName(file.ImagePath))!, contractName: null)
            .Append(ml.Transforms.Conversion.MapValueToKey("Label"))
            .Append(ml.MulticlassClassification.Trainers.FeatureExtraction(backbone: "embedded"));

        Assert.Equal(1, Accuracy(pipeline.Fit(data)));
    }

    [Fact]
    public void A_random_part_for_testing()
    {
        MLContext ml = Ml;
        IDataView data = Data;

        DataOperationsCatalog.TrainTestData split = ml.Data.TrainTestSplit(data, testFraction: 0.25, seed: 1);
        ITransformer model = Pipeline().Fit(split.TrainSet);

        Assert.Equal(1, Accuracy(model, split.TestSet));
    }
}
