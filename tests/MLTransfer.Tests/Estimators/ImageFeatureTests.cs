using System.Reflection;
using Microsoft.ML;
using Microsoft.ML.Data;
using MLTransfer.Data;
using MLTransfer.Estimators;
using MLTransfer.Features;
using MLTransfer.Imaging;
using MLTransfer.Models;
using MLTransfer.Tests.Reference;

namespace MLTransfer.Tests.Estimators;

public sealed class ImageFeatureTests : IDisposable
{
    // Batches of another size may add float32 numbers in another order.
    private const float Tolerance = 1e-5f;

    private readonly ColouredImages _images = new(perClass: 20);
    private readonly MLContext _ml = new(seed: 1);
    private readonly IDataView _data;

    public ImageFeatureTests() => _data = _ml.Data.LoadImageFolder(_images.Path);

    private static ImageFeatureOptions Options { get; } = new()
    {
        Backbone = "embedded", Precision = Precision.Float32, Device = DeviceKind.Cpu,
    };

    [Fact]
    public void The_schema_promised_is_the_schema_of_the_data()
    {
        var estimator = _ml.Transforms.ExtractImageFeatures(Options);
        SchemaShape promised = estimator.GetOutputSchema(Shape(_data));
        using ImageFeatureTransformer model = estimator.Fit(_data);
        IDataView extracted = model.Transform(_data);
        Assert.Equal(promised.Select(Describe).Order(), Shape(extracted).Select(Describe).Order());
        Assert.Equal(new VectorDataViewType(NumberDataViewType.Single, 256), extracted.Schema["Features"].Type);
        Assert.Equal(
            ("embedded", null, "ImagePath", "Features"), (model.Backbone, model.Layer, model.InputColumnName, model.OutputColumnName));

        static string Describe(SchemaShape.Column column) => $"{column.Name} {column.Kind} {column.ItemType} {column.IsKey}";

        // What a chain of estimators asks with is made by an internal method.
        static SchemaShape Shape(IDataView view) => (SchemaShape)typeof(SchemaShape)
            .GetMethod("Create", BindingFlags.Static | BindingFlags.NonPublic | BindingFlags.Public)!.Invoke(null, [view.Schema])!;
    }

    [Fact]
    public void They_are_those_that_feature_extraction_trains_on()
    {
        using ImageFeatureTransformer model = _ml.Transforms.ExtractImageFeatures(Options).Fit(_data);
        using ImageClassificationTransformer classifier = Trainings.Train(
            Trainings.Extraction with { Backbone = "embedded", Weights = "default", Epochs = 1 }, _images.Path);
        var score = new TorchFeatures(classifier.Network, classifier.Preprocessing);
        AssertClose(score.Of(Files()[0]), Features(model)[0]);
    }

    [Fact]
    public void A_data_view_a_prediction_engine_and_a_loaded_model_give_the_same()
    {
        using var folder = new TemporaryFolder();
        ITransformer model = _ml.Transforms.ExtractImageFeatures(Options with { Layer = "layer3" }).Fit(_data);
        _ml.Model.Save(model, _data.Schema, folder.PathOf("model.zip"));
        float[][] batched = Features(model);
        ITransformer loaded = new MLContext().AddMLTransfer().Model.Load(folder.PathOf("model.zip"), out _);
        Assert.Equal(batched, Features(loaded));
        using var engine = _ml.Model.CreatePredictionEngine<ImageFile, Extracted>(loaded);
        Assert.All(Files().Zip(batched), pair => AssertClose(pair.Second, engine.Predict(new() { ImagePath = pair.First }).Features));
    }

    [Fact]
    public void Encoded_bytes_and_images_give_the_same_as_their_files()
    {
        using ImageFeatureTransformer paths = _ml.Transforms.ExtractImageFeatures(Options).Fit(_data);
        float[][] expected = Features(paths);
        var bytes = _ml.Transforms.LoadRawImageBytes("Image", "", "ImagePath");
        var pixels = _ml.Transforms.LoadImages("Image", "", "ImagePath");
        var extract = _ml.Transforms.ExtractImageFeatures(Options with { InputColumnName = "Image" });
        Assert.Equal(expected, Features(bytes.Append(extract).Fit(_data)));
        Assert.Equal(expected, Features(pixels.Append(extract).Fit(_data)));
    }

    [Fact]
    public void An_unreadable_image_is_nan_and_told_of_in_a_data_view_and_throws_in_a_prediction_engine()
    {
        using var folder = new TemporaryFolder();
        string bad = folder.Write("bad.jpg", "no image"u8);
        IDataView data = _ml.Data.LoadFromEnumerable<ImageFile>([new() { ImagePath = bad }, new() { ImagePath = Files()[0] }]);
        var log = new List<string>();
        _ml.Log += (_, message) => log.Add(message.Message);
        using ImageFeatureTransformer model = _ml.Transforms.ExtractImageFeatures(Options).Fit(data);
        float[][] features = [.. model.Transform(data).GetColumn<float[]>("Features")];
        Assert.All(features[0], value => Assert.True(float.IsNaN(value)));
        Assert.All(features[1], value => Assert.True(float.IsFinite(value)));
        Assert.Contains(log, message => message.Contains("bad.jpg", StringComparison.Ordinal));
        var engine = _ml.Model.CreatePredictionEngine<ImageFile, Extracted>(
            model, new PredictionEngineOptions { OwnsTransformer = false });
        Assert.Contains("bad.jpg", Assert.ThrowsAny<Exception>(() => engine.Predict(new() { ImagePath = bad })).GetBaseException().Message,
            StringComparison.Ordinal);

        using ImageFeatureTransformer strict = _ml.Transforms.ExtractImageFeatures(Options with { StopOnBadImage = true }).Fit(data);
        Assert.Throws<ImageException>(() => strict.Transform(data).GetColumn<float[]>("Features").ToArray());
    }

    [Fact]
    public void Features_are_kept_by_the_content_of_the_image_and_never_for_another_layer()
    {
        using var cache = new TemporaryFolder();
        ImageFeatureOptions cached = Options with { CacheFolder = cache.Path };
        float[][] first = Extract(cached), again = Extract(cached);
        Assert.Equal(first, again);
        string shard = Assert.Single(Directory.GetFiles(cache.Path, "*.features", SearchOption.AllDirectories));
        Assert.NotEqual(first[0].Length, Extract(cached with { Layer = "layer2" })[0].Length);
        Assert.Equal(2, Directory.GetDirectories(cache.Path).Length);

        // An image whose content changed under the same name is computed again.
        File.Copy(Files()[^1], Files()[0], overwrite: true);
        float[][] changed = Extract(cached);
        Assert.Equal(first[^1], changed[0]);
        Assert.Equal(first[1], changed[1]);

        // What is kept is what is given, whatever it is.
        string own = Path.GetDirectoryName(shard)!;
        foreach (string file in Directory.GetFiles(own, "*.features")) File.Delete(file);
        float[] other = [.. first[1].Select(value => value + 1)];
        using (FeatureCache written =
            FeatureCache.Open(cache.Path, File.ReadAllText(Path.Combine(own, "extractor.txt")), other.Length, default))
        {
            written.Add(ImageSource.FromPath(Files()[1]).ContentHash(), other);
            written.Flush();
        }

        Assert.Equal(other, Extract(cached)[1]);
    }

    [Fact]
    public void Opening_a_cache_with_features_can_be_canceled()
    {
        using var cache = new TemporaryFolder();
        ImageFeatureOptions cached = Options with { CacheFolder = cache.Path };
        Extract(cached);
        Assert.Throws<OperationCanceledException>(() => _ml.Transforms.ExtractImageFeatures(
            cached with { Cancellation = new CancellationToken(canceled: true) }).Fit(_data));
    }

    [Fact]
    public void The_cache_is_that_of_feature_extraction()
    {
        using var cache = new TemporaryFolder();
        using (Trainings.Train(
            Trainings.Extraction with { Backbone = "embedded", Weights = "default", Epochs = 1, CacheFolder = cache.Path }, _images.Path))
            Extract(Options with { CacheFolder = cache.Path });
        Assert.Single(Directory.GetFiles(cache.Path, "*.features", SearchOption.AllDirectories));
    }

    [Fact]
    public void A_second_pass_over_a_view_computes_nothing_again()
    {
        using var folder = new TemporaryFolder();
        string file = folder.PathOf("image.png");
        File.Copy(Files()[0], file);
        IDataView data = _ml.Data.LoadFromEnumerable<ImageFile>([new() { ImagePath = file }]);
        using ImageFeatureTransformer model = _ml.Transforms.ExtractImageFeatures(Options).Fit(data);
        IDataView extracted = model.Transform(data);
        float[] first = extracted.GetColumn<float[]>("Features").Single();
        File.Delete(file);
        Assert.Equal(first, extracted.GetColumn<float[]>("Features").Single());
        Assert.All(model.Transform(data).GetColumn<float[]>("Features").Single(), value => Assert.True(float.IsNaN(value)));
    }

    [Fact]
    public void Only_a_whole_pass_that_is_small_enough_is_kept()
    {
        int computed = 0;
        var kept = new KeptVectors(most: 4);
        Assert.Equal(3, kept.Keep(Rows(3)).Count());
        Assert.Equal(3, kept.Keep(Rows(3)).Count());
        Assert.Equal(6, computed);
        Assert.Single(kept.Keep(Rows(2)).Take(1));
        Assert.Equal(2, kept.Keep(Rows(2)).Count());
        Assert.Equal(2, kept.Keep(Rows(2)).Count());
        Assert.Equal(9, computed);

        IEnumerable<ScoredImage> Rows(int count)
        {
            for (int row = 0; row < count; row++)
            {
                computed++;
                yield return new($"{row}", [1, 2], null);
            }
        }
    }

    [Fact]
    public async Task Cursors_on_two_threads_give_the_same()
    {
        using var cache = new TemporaryFolder();
        using ImageFeatureTransformer model = _ml.Transforms.ExtractImageFeatures(Options with { CacheFolder = cache.Path }).Fit(_data);
        float[][][] both = await Task.WhenAll(Enumerable.Range(0, 2).Select(_ => Task.Run(() => Features(model))));
        Assert.All(both[0].Zip(both[1]), pair => AssertClose(pair.First, pair.Second));
    }

    [Fact]
    public void A_disposed_model_says_so()
    {
        ImageFeatureTransformer model = _ml.Transforms.ExtractImageFeatures(Options).Fit(_data);
        IDataView extracted = model.Transform(_data);
        model.Dispose();
        Assert.Throws<ObjectDisposedException>(() => extracted.GetColumn<float[]>("Features").ToArray());
    }

    [Fact]
    public void Wrong_options_are_refused_before_any_work_all_together()
    {
        var wrong = Options with { OutputColumnName = " ", LoaderThreads = -1, ImageSize = 4 };
        string message = Refusal(wrong);
        Assert.StartsWith("ImageFeatureOptions cannot be used.", message, StringComparison.Ordinal);
        foreach (string complaint in new[] { "OutputColumnName is empty", "LoaderThreads is -1", "ImageSize is 4" })
            Assert.Contains(complaint, message, StringComparison.Ordinal);
        Assert.Contains("Did you mean 'resnet18'?", Refusal(Options with { Backbone = "resnet81" }), StringComparison.Ordinal);
        message = Refusal(Options with { Layer = "layr4" });
        Assert.Contains("There is no layer 'layr4'", message, StringComparison.Ordinal);
        Assert.Contains("Did you mean 'layer4'? Its layers, from input to output: conv1, layer1", message, StringComparison.Ordinal);

        string Refusal(ImageFeatureOptions options) =>
            Assert.ThrowsAny<ArgumentException>(() => _ml.Transforms.ExtractImageFeatures(options)).Message;
    }

    [Fact]
    public void A_column_that_does_not_hold_images_is_refused()
    {
        var named = _ml.Transforms.ExtractImageFeatures(Options with { InputColumnName = "Path" });
        Assert.Contains("There is no column 'Path'", Assert.ThrowsAny<ArgumentException>(() => named.Fit(_data)).Message,
            StringComparison.Ordinal);
        IDataView none = _ml.Data.LoadFromEnumerable<Extracted>([new()]);
        Assert.Contains("name the column in InputColumnName", Assert.ThrowsAny<ArgumentException>(
            () => _ml.Transforms.ExtractImageFeatures(Options).Fit(none)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_damaged_model_file_is_refused()
    {
        using var stream = new MemoryStream();
        _ml.Model.Save(_ml.Transforms.ExtractImageFeatures(Options).Fit(_data), _data.Schema, stream);
        byte[] damaged = stream.ToArray();
        damaged[damaged.Length / 2] ^= 1;
        Exception refusal = Assert.ThrowsAny<Exception>(() => new MLContext().Model.Load(new MemoryStream(damaged), out _));
        Assert.Contains("damaged", Assert.IsType<InvalidDataException>(refusal.GetBaseException()).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_description_of_a_layer_that_is_not_there_is_refused()
    {
        using ImageModel model = ModelZoo.Find("embedded").Build(1, ClassifierHead.Linear);
        var description = new FeatureDescription
        {
            Backbone = "embedded", Layer = "layer9", Pooled = true, InputColumnName = "ImagePath", OutputColumnName = "Features",
            Preprocessing = Preprocessing.Cifar, Precision = Precision.Float32,
        };
        var stream = new MemoryStream();
        _ml.Model.Save(new SavingTransformer(ctx => FeaturePayload.Save(ctx, description, model)), null, stream);
        Exception refusal = Assert.ThrowsAny<Exception>(() => new MLContext().Model.Load(stream, out _));
        Assert.Contains("There is no layer 'layer9'", Assert.IsType<InvalidDataException>(refusal.InnerException).Message,
            StringComparison.Ordinal);
    }

    public void Dispose() => _images.Dispose();

    private string[] Files() => [.. ImageFolder.List(_images.Path).Select(file => file.ImagePath)];

    private float[][] Features(ITransformer model) => [.. model.Transform(_data).GetColumn<float[]>("Features")];

    private float[][] Extract(ImageFeatureOptions options)
    {
        using ImageFeatureTransformer model = _ml.Transforms.ExtractImageFeatures(options).Fit(_data);
        return Features(model);
    }

    private static void AssertClose(float[] expected, float[] actual)
    {
        Assert.Equal(expected.Length, actual.Length);
        Assert.All(expected.Zip(actual), pair => Assert.Equal(pair.First, pair.Second, Tolerance));
    }

    private sealed class TorchFeatures(ImageModel model, Preprocessing preprocessing)
    {
        public float[] Of(string file)
        {
            using var scope = TorchSharp.torch.NewDisposeScope();
            using var still = TorchSharp.torch.no_grad();
            ImageBatch batch = ImageBatch.LoadOne(ImageSource.FromPath(file), preprocessing.EvaluationTransforms());
            return model.Features(ImageTensor.From(batch, preprocessing, TorchSharp.torch.CPU)).data<float>().ToArray();
        }
    }

    private sealed class Extracted
    {
        public float[] Features { get; set; } = [];
    }
}
