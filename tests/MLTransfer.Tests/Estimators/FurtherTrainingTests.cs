using Microsoft.ML;
using Microsoft.ML.Data;
using MLTransfer.Estimators;
using MLTransfer.Imaging;
using MLTransfer.Tests.Reference;
using MLTransfer.Weights;

namespace MLTransfer.Tests.Estimators;

/// <summary>Weights may be a model that this library saved.</summary>
public sealed class FurtherTrainingTests : IDisposable
{
    private readonly ColouredImages _images = new();
    private readonly TemporaryFolder _folder = new();

    [Fact]
    public void A_training_goes_on_from_the_network_and_the_head_of_a_model_with_the_same_classes()
    {
        ImageClassificationTransformer first = Saved(Options with { Epochs = 4 });
        // So small a step changes nothing that could be seen.
        ImageClassificationTransformer second = Train(Options with { Weights = Model, Epochs = 1, LearningRate = 1e-12 });
        AssertSame(Weights(first), Weights(second), except: "running");
    }

    [Fact]
    public void Classes_in_another_order_keep_what_was_learned_of_them()
    {
        ImageClassificationTransformer first = Saved(Options with { Epochs = 4 });
        ImageClassificationTransformer second = Train(Options with { Weights = Model, Epochs = 1, LearningRate = 1e-12 }, backwards: true);
        Assert.Equal(first.Labels.Reverse(), second.Labels);
        AssertSame(Rows(Weights(first)["linear.weight"]).Reverse().SelectMany(row => row), Floats(Weights(second)["linear.weight"]));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void With_other_classes_the_network_is_kept_and_the_head_is_new(bool fineTune)
    {
        ImageClassificationTransformer first = Saved(Options with { Epochs = 4 });
        using var more = new ColouredImages(classes: 3);
        ImageClassificationOptions options = fineTune
            ? Options with { Weights = Model, LearningRate = 1e-12 }
            : new FeatureExtractionOptions { Backbone = Options.Backbone, Weights = Model, Precision = Precision.Float32 };
        ImageClassificationTransformer second = Train(options, more.Path);
        Assert.Equal(["blue", "green", "red"], second.Labels);
        AssertSame(Floats(Weights(first)["layer3.0.conv1.weight"]), Floats(Weights(second)["layer3.0.conv1.weight"]));
        Assert.Equal(3, Weights(second)["linear.weight"].Shape[0]);
    }

    [Fact]
    public void As_many_other_classes_get_a_new_head_too()
    {
        ImageClassificationTransformer first = Saved(Options with { Epochs = 4 });
        Directory.Move(_images.PathOf("blue"), _images.PathOf("yellow"));
        ImageClassificationTransformer second =
            Train(Options with { Weights = Model, Epochs = 1, LearningRate = 1e-12, HeadWarmup = false });
        Assert.NotEqual(Floats(Weights(first)["linear.weight"]), Floats(Weights(second)["linear.weight"]));
    }

    [Fact]
    public void Preprocessing_and_head_are_those_of_the_model_unless_others_are_asked_for()
    {
        Preprocessing own = Preprocessing.Cifar with { Mean = new Rgb(0.1f, 0.2f, 0.3f) };
        Saved(Options with { Preprocessing = own, Head = ClassifierHead.Mlp(16), Epochs = 1 });
        ImageClassificationTransformer second = Train(Options with { Weights = Model, Epochs = 1 });
        Assert.Equal((own.Mean, ClassifierHead.Mlp(16)), (second.Preprocessing.Mean, second.Head));
        ImageClassificationTransformer third =
            Train(Options with { Weights = Model, Epochs = 1, Head = ClassifierHead.Linear, Preprocessing = Preprocessing.Cifar });
        Assert.Equal((Preprocessing.Cifar.Mean, ClassifierHead.Linear), (third.Preprocessing.Mean, third.Head));
    }

    [Fact]
    public void The_same_seed_goes_on_to_the_same_model()
    {
        Saved(Options with { Epochs = 1 });
        AssertSame(Weights(Train(Options with { Weights = Model })), Weights(Train(Options with { Weights = Model })));
    }

    [Fact]
    public void A_model_of_another_backbone_is_refused_with_both_names()
    {
        Saved(Options with { Epochs = 1 });
        var error = Assert.ThrowsAny<ArgumentException>(() => Train(new FineTuningOptions { Backbone = "resnet18", Weights = Model }));
        Assert.StartsWith($"The weights '{Model}' are a model of the backbone cifar_resnet20, and the backbone asked for is resnet18.",
            error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_damaged_model_is_an_error_that_names_the_file()
    {
        Saved(Options with { Epochs = 1 });
        byte[] bytes = File.ReadAllBytes(Model);
        // In the middle of the network's numbers or names, before the directory at the end of the zip.
        for (int i = 0; i < 2000; i++) bytes[(bytes.Length / 2) + i] ^= 0x55;
        File.WriteAllBytes(Model, bytes);
        var error = Assert.Throws<WeightsException>(() => Train(Options with { Weights = Model }));
        Assert.StartsWith($"The weights file '{Model}' cannot be used as a model. '", error.Message, StringComparison.Ordinal);
        Assert.Contains("' in the model file ", error.Message, StringComparison.Ordinal);
        Assert.EndsWith(
            ". The file is damaged: copy it again from where it came from, or save the model again. " + SavedModel.Expected, error.Message,
            StringComparison.Ordinal);
    }

    public void Dispose()
    {
        _images.Dispose();
        _folder.Dispose();
    }

    private static FineTuningOptions Options => TrainedModel.Options with { Epochs = 2 };

    private string Model => _folder.PathOf("model.zip");

    private ImageClassificationTransformer Saved(FineTuningOptions options)
    {
        var ml = new MLContext(seed: 3);
        ImageClassificationTransformer model = Train(options);
        ml.Model.Save(model, ml.Data.LoadImageFolder(_images.Path).Schema, Model);
        return model;
    }

    private ImageClassificationTransformer Train(ImageClassificationOptions options, string? folder = null, bool backwards = false)
    {
        var ml = new MLContext(seed: 1);
        IDataView data = ml.Data.LoadImageFolder(folder ?? _images.Path);
        if (backwards)
            data = ml.Data.LoadFromEnumerable(ml.Data.CreateEnumerable<ImageFile>(data, reuseRowObject: false).Reverse().ToList());
        return Trainings.Fit(ml, options, Trainings.Keyed(ml, data));
    }

    private static Dictionary<string, StoredTensor> Weights(ImageClassificationTransformer model) =>
        StateDict.Save(model.Network).ToDictionary(tensor => tensor.Name, StringComparer.Ordinal);

    private static float[] Floats(StoredTensor tensor) =>
        System.Runtime.InteropServices.MemoryMarshal.Cast<byte, float>(tensor.Bytes.Span).ToArray();

    private static IEnumerable<float[]> Rows(StoredTensor tensor) => Floats(tensor).Chunk((int)tensor.Shape[1]);

    private static void AssertSame(
        Dictionary<string, StoredTensor> expected, Dictionary<string, StoredTensor> actual, string? except = null)
    {
        foreach ((string name, StoredTensor tensor) in expected
            .Where(each => each.Value.Type == TensorType.Float32
            && (except is null || !each.Key.Contains(except, StringComparison.Ordinal))))
            AssertSame(Floats(tensor), Floats(actual[name]));
    }

    private static void AssertSame(IEnumerable<float> expected, IEnumerable<float> actual) =>
        Assert.All(expected.Zip(actual), pair => Assert.Equal(pair.First, pair.Second, 1e-6f));
}
