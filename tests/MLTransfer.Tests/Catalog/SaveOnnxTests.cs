using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.OnnxRuntime.Tensors;
using MLTransfer.Graphs.Onnx;
using MLTransfer.Imaging;
using MLTransfer.Imaging.Transforms;
using MLTransfer.Tests.Graphs.Onnx;
using MLTransfer.Tests.Reference;
using TorchSharp;
using static TorchSharp.torch;
using Tensor = TorchSharp.torch.Tensor;

namespace MLTransfer.Tests.Catalog;

/// <summary>A classifier of photographs, trained on a network with ImageNet's weights, scores the same as ONNX.</summary>
public sealed class SaveOnnxTests(TrainedOnPhotographs trained) : IClassFixture<TrainedOnPhotographs>, IDisposable
{
    private const float Tolerance = 1e-4f;

    // float16 has 11 significant bits, and ONNX Runtime's Resize differs from Pillow's by a gray level here and there.
    private const float CoarseTolerance = 1e-2f;

    private readonly TemporaryFolder _folder = new();

    private string Path => _folder.PathOf("model.onnx");

    public void Dispose() => _folder.Dispose();

    [NeedsSharedTheory(TrainedOnPhotographs.Weights)]
    [InlineData(OnnxPrecision.Float32, Tolerance), InlineData(OnnxPrecision.Float16, CoarseTolerance)]
    public void A_pipeline_is_saved_with_its_normalization(OnnxPrecision precision, float tolerance)
    {
        trained.Model.SaveOnnx(Path, new() { Precision = precision });
        Preprocessing preprocessing = trained.Classifier.Preprocessing;
        AssertScoresAs(preprocessing, preprocessing.EvaluationTransforms(), tolerance);
        Assert.Equal([Path], Directory.GetFiles(_folder.Path));
    }

    [NeedsSharedTheory(TrainedOnPhotographs.Weights)]
    [InlineData(Interpolation.Bilinear), InlineData(Interpolation.Bicubic), InlineData(Interpolation.Nearest)]
    public void With_all_of_the_preprocessing_it_takes_photographs_of_any_size(Interpolation interpolation)
    {
        Preprocessing preprocessing = trained.Classifier.Preprocessing with { Interpolation = interpolation };
        OnnxFile.Write(Path, OnnxModel.Build(
            trained.Classifier.Network, new("mobilenet_v1_b12", "linear", trained.Classifier.Labels, preprocessing),
            new() { Preprocessing = OnnxPreprocessing.Full }));
        AssertScoresAs(preprocessing, [], CoarseTolerance);
    }

    [NeedsSharedFact(TrainedOnPhotographs.Weights)]
    public void A_stream_gets_the_same_file()
    {
        using var stream = new MemoryStream();
        trained.Classifier.SaveOnnx(stream);
        trained.Model.SaveOnnx(Path);
        Assert.Equal(File.ReadAllBytes(Path), stream.ToArray());
    }

    [NeedsSharedFact(TrainedOnPhotographs.Weights)]
    public void An_older_file_stays_where_the_new_one_cannot_be_made()
    {
        File.WriteAllText(Path, "older");
        Assert.Throws<ArgumentException>(() => trained.Model.SaveOnnx(Path, new() { Opset = 3 }));
        Assert.Equal("older", File.ReadAllText(Path));
        Assert.Throws<DirectoryNotFoundException>(() => trained.Model.SaveOnnx(_folder.PathOf("no/model.onnx")));
    }

    [NeedsSharedTheory(TrainedOnPhotographs.Weights), InlineData(OnnxPreprocessing.None), InlineData(OnnxPreprocessing.Normalize)]
    public void It_runs_in_ApplyOnnxModel_of_ML_NET(OnnxPreprocessing preprocessing)
    {
        trained.Model.SaveOnnx(Path, new() { Preprocessing = preprocessing });
        var ml = new MLContext();
        string photograph = TrainedOnPhotographs.Others.First();
        using var scope = NewDisposeScope();
        ImageBatch batch = Load(photograph, trained.Classifier.Preprocessing.EvaluationTransforms());
        Tensor normalized = ImageTensor.From(batch, trained.Classifier.Preprocessing, CPU);
        IDataView data = preprocessing == OnnxPreprocessing.None
            ? ml.Data.LoadFromEnumerable([new NormalizedImage { images = normalized.contiguous().data<float>().ToArray() }])
            : ml.Data.LoadFromEnumerable([new PixelImage { images = batch.Pixels }]);
        int[] shape = preprocessing == OnnxPreprocessing.None ? [1, 3, 224, 224] : [1, 224, 224, 3];
        var model = ml.Transforms.ApplyOnnxModel(
            "probabilities", "images", Path, new Dictionary<string, int[]> { ["images"] = shape }).Fit(data);
        float[] actual = model.Transform(data).GetColumn<float[]>("probabilities").Single();
        Assert.InRange(OnnxScene.LargestDifference(actual, Expected(photograph, trained.Classifier.Preprocessing)), 0, Tolerance);
    }

    [Fact]
    public void A_pipeline_without_an_image_classifier_is_refused()
    {
        var ml = new MLContext();
        ITransformer other = ml.Transforms.CopyColumns("B", "A").Fit(ml.Data.LoadFromEnumerable([new { A = 1f }]));
        Assert.StartsWith("The model contains no image classifier",
            Assert.Throws<InvalidOperationException>(() => other.SaveOnnx(Path)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_page_about_it_shows_the_code_that_is_tested_here()
    {
        if (SharedFolder.Repository is not { } repository) return;
        string code = File.ReadAllText(System.IO.Path.Combine(repository, "tests/MLTransfer.Tests/Graphs/Onnx/OnnxClassifier.cs"));
        Assert.Contains(code[code.IndexOf("internal sealed class", StringComparison.Ordinal)..],
            File.ReadAllText(System.IO.Path.Combine(repository, "docs/onnx.md")), StringComparison.Ordinal);
    }

    private void AssertScoresAs(Preprocessing preprocessing, IReadOnlyList<ImageTransform> before, float tolerance)
    {
        using var classifier = new OnnxClassifier(Path);
        Assert.Equal(trained.Classifier.Labels, classifier.Classes);
        float[][] expected = [.. TrainedOnPhotographs.Others.Select(photograph => Expected(photograph, preprocessing))];
        // Ants and bees among them, so that a model that sees other images would be found out.
        Assert.Contains(expected, row => row[0] > 0.6f);
        Assert.Contains(expected, row => row[0] < 0.35f);
        float[][] actual = [.. TrainedOnPhotographs.Others.Select(photograph =>
        {
            ImageBatch image = Load(photograph, before);
            return classifier.Probabilities(image.Pixels, image.Width, image.Height);
        })];
        Assert.InRange(OnnxScene.LargestDifference([.. actual.SelectMany(row => row)], [.. expected.SelectMany(row => row)]), 0, tolerance);
    }

    private float[] Expected(string photograph, Preprocessing preprocessing)
    {
        using var scope = NewDisposeScope();
        using var untracked = no_grad();
        Tensor image = ImageTensor.From(Load(photograph, preprocessing.EvaluationTransforms()), preprocessing, CPU);
        return trained.Classifier.Network.call(image).softmax(1).data<float>().ToArray();
    }

    private static ImageBatch Load(string photograph, IReadOnlyList<ImageTransform> transforms) =>
        ImageBatch.LoadOne(ImageSource.FromPath(photograph), transforms);

    private sealed class NormalizedImage
    {
        [VectorType(3 * 224 * 224)]
        public float[] images { get; set; } = [];
    }

    private sealed class PixelImage
    {
        [VectorType(224 * 224 * 3)]
        public byte[] images { get; set; } = [];
    }
}

/// <summary>A head for ants and bees on MobileNet v1 with ImageNet's weights, trained once on a few photographs.</summary>
public sealed class TrainedOnPhotographs : IDisposable
{
    public const string Weights = "weights/mobilenet_v1_b12_imagenet.pth";

    private const int OfEachClass = 10;

    private readonly Lazy<TransformerChain<ImageClassificationTransformer>> _model = new(Train);

    /// <summary>Photographs that the training did not see.</summary>
    public static IEnumerable<string> Others => Photographs(OfEachClass, 3).Select(file => file.ImagePath);

    public ITransformer Model => _model.Value;

    public ImageClassificationTransformer Classifier => _model.Value.LastTransformer;

    public void Dispose()
    {
        if (_model.IsValueCreated) Classifier.Dispose();
    }

    private static TransformerChain<ImageClassificationTransformer> Train()
    {
        var ml = new MLContext(seed: 1);
        return ml.Transforms.Conversion.MapValueToKey("Label")
            .Append(ml.MulticlassClassification.Trainers.FeatureExtraction(new FeatureExtractionOptions
            {
                Backbone = "mobilenet_v1_b12", Weights = SharedFolder.PathOf(Weights), Epochs = 60, LearningRate = 0.01f,
                Device = DeviceKind.Cpu, Precision = Precision.Float32,
            }))
            .Fit(ml.Data.LoadFromEnumerable(Photographs(0, OfEachClass)));
    }

    private static IEnumerable<ImageFile> Photographs(int skipped, int taken) =>
        from name in (string[])["ants", "bees"]
        from path in Directory.EnumerateFiles(SharedFolder.PathOf($"{OnnxScene.Photographs}/{name}"), "*.jpg")
            .Order(StringComparer.Ordinal).Skip(skipped).Take(taken)
        select new ImageFile { ImagePath = path, Label = name };
}
