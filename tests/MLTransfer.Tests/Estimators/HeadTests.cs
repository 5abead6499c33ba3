using Microsoft.ML;
using Microsoft.ML.Data;
using MLTransfer.Estimators;
using MLTransfer.Imaging;
using MLTransfer.Tests.Reference;
using MLTransfer.Weights;

namespace MLTransfer.Tests.Estimators;

public sealed class HeadTests : IDisposable
{
    private static readonly ClassifierHead Perceptron = ClassifierHead.Mlp(width: 24, dropout: 0.1);

    private readonly ColouredImages _images = new();
    private readonly TemporaryFolder _folder = new();

    [Theory]
    [InlineData("dropout:0.2")]
    [InlineData("mlp:24:0.1")]
    public void Both_ways_of_training_train_the_head_that_is_asked_for_and_keep_it_in_the_model_file(string word)
    {
        string weights = _folder.PathOf("weights.safetensors");
        Train(Extraction).SaveWeights(weights);
        foreach (ImageClassificationOptions options in new ImageClassificationOptions[] { Extraction,
            TrainedModel.Options with { Epochs = 1, Weights = weights } })
        {
            var ml = new MLContext(seed: 1);
            ImageClassificationTransformer model = Train(options with { Head = ClassifierHead.Parse(word) }, ml);
            ml.Model.Save(model, null, _folder.PathOf("model.zip"));
            var loaded = Assert.IsType<ImageClassificationTransformer>(ml.Model.Load(_folder.PathOf("model.zip"), out _));
            Assert.Equal(word, loaded.Head.ToString());
            Assert.Equal(Scores(model), Scores(loaded));
        }
    }

    [Fact]
    public void A_perceptron_learns_to_tell_colours_apart()
    {
        var ml = new MLContext(seed: 1);
        TrainingSummary summary = Train(
            Extraction with { Head = Perceptron, Epochs = 20, Validation = ml.Data.LoadImageFolder(_images.Path) }, ml).Training!;
        Assert.Equal(1, summary.ValidationAccuracy);
    }

    [Fact]
    public void Auxiliary_heads_are_no_part_of_the_model_file()
    {
        var ml = new MLContext(seed: 1);
        ImageClassificationTransformer model = Train(Extraction with { Backbone = "googlenet", ImageSize = 32, Epochs = 1 }, ml);
        string file = _folder.PathOf("model.zip");
        ml.Model.Save(model, null, file);
        // 6.6 of GoogLeNet's 13 million numbers are in its auxiliary heads.
        Assert.InRange(new FileInfo(file).Length, 20_000_000, 26_000_000);
        Assert.Equal(Scores(model), Scores(Assert.IsType<ImageClassificationTransformer>(ml.Model.Load(file, out _))));
    }

    [Fact]
    public void Auxiliary_heads_that_a_backbone_does_not_have_cannot_learn() =>
        Assert.Contains("AuxiliaryWeight",
            Assert.ThrowsAny<ArgumentException>(() => Train(TrainedModel.Options with { AuxiliaryWeight = 0.3 })).Message,
            StringComparison.Ordinal);

    [Fact]
    public void Auxiliary_heads_learn_in_fine_tuning_when_they_are_asked_to()
    {
        ImageClassificationOptions options = TrainedModel.Options with { Backbone = "googlenet", ImageSize = 32, Epochs = 1 };
        IReadOnlyDictionary<string, StoredTensor> Trained(double weight)
        {
            string file = _folder.PathOf($"{weight}.safetensors");
            Train((FineTuningOptions)options with { AuxiliaryWeight = weight }).SaveWeights(file);
            return WeightsFile.Read(file);
        }

        IReadOnlyDictionary<string, StoredTensor> idle = Trained(0), asked = Trained(0.3);
        Assert.False(idle["aux1.fc1.weight"].Bytes.Span.SequenceEqual(asked["aux1.fc1.weight"].Bytes.Span));
    }

    [Fact]
    public void A_description_without_a_head_has_a_linear_one()
    {
        string text = Description.ToJson().Replace("\"head\":\"linear\",", "", StringComparison.Ordinal);
        Assert.DoesNotContain("head", text, StringComparison.Ordinal);
        Assert.Equal(ClassifierHead.Linear, ModelDescription.FromJson(text).ParseHead());
    }

    [Theory]
    [InlineData("forest")]
    [InlineData("mlp:2000000000:0.1")]
    public void A_description_with_an_impossible_head_is_refused(string head) =>
        Assert.Throws<InvalidDataException>(() => (Description with { Head = head }).ParseHead());

    public void Dispose()
    {
        _images.Dispose();
        _folder.Dispose();
    }

    private static FeatureExtractionOptions Extraction => Trainings.Extraction;

    private static ModelDescription Description => new()
    {
        Backbone = "cifar_resnet20", Labels = ["blue", "green"], ImageColumnName = "ImagePath",
        Preprocessing = Preprocessing.Cifar, Precision = Precision.Float32,
    };

    private ImageClassificationTransformer Train(ImageClassificationOptions options, MLContext? context = null) =>
        Trainings.Train(options, _images.Path, context);

    private float[][] Scores(ImageClassificationTransformer model) => Trainings.Scores(model, _images.Path);
}
