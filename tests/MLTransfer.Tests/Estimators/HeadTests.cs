using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;
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
    [InlineData("mlp:24,12:0.1")]
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
    public void A_perceptron_learns_to_tell_colors_apart()
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
    [InlineData("mlp:8,2000000000:0.1")]
    public void A_description_with_an_impossible_head_is_refused(string head) =>
        Assert.Throws<InvalidDataException>(() => (Description with { Head = head }).ParseHead());

    // Earlier versions read the formats up to 3.
    [Theory]
    [InlineData("linear", ChannelOrder.Rgb, 1)]
    [InlineData("mlp:24:0.1", ChannelOrder.Rgb, 2)]
    [InlineData("mlp:24:0.1", ChannelOrder.Bgr, 3)]
    [InlineData("mlp:24,12:0.1", ChannelOrder.Rgb, 4)]
    [InlineData("mlp:24,12:0.1", ChannelOrder.Bgr, 4)]
    public void A_description_is_of_the_oldest_format_that_can_say_it(string head, ChannelOrder channels, int format)
    {
        string json = (Description with { Head = head, Preprocessing = Preprocessing.Cifar with { Channels = channels } }).ToJson();
        Assert.StartsWith($"{{\"format\":{format},", json, StringComparison.Ordinal);
        Assert.Equal(ClassifierHead.Parse(head), ModelDescription.FromJson(json).ParseHead());
    }

    // The tensors of a small file do not show two layers of 65,536 units each, whose weights would take 16 GiB.
    [Theory]
    [InlineData("mlp:65536,65536:0.1")]
    [InlineData("mlp:24,24:0.1")]
    [InlineData("mlp:24,12,12:0.1")]
    public void A_model_file_with_a_head_that_its_tensors_do_not_have_is_refused_before_it_is_built(string head)
    {
        var ml = new MLContext(seed: 1);
        ImageClassificationTransformer model = Train(Extraction with { Head = ClassifierHead.Parse("mlp:24,12:0.1"), Epochs = 1 }, ml);
        string file = _folder.PathOf("model.zip");
        ml.Model.Save(model, null, file);
        Describe(file, "mlp:24,12:0.1", head);
        string message = Assert.ThrowsAny<Exception>(() => ml.Model.Load(file, out _)).GetBaseException().Message;
        Assert.Equal($"The model file describes the head '{head}' and has none.", message);
    }

    public void Dispose()
    {
        _images.Dispose();
        _folder.Dispose();
    }

    /// <summary>Writes another head into the description of a model file.</summary>
    private static void Describe(string file, string head, string other)
    {
        using ZipArchive zip = ZipFile.Open(file, ZipArchiveMode.Update);
        zip.Entries.Single(entry => entry.Name.EndsWith(".sha256", StringComparison.Ordinal)).Delete();
        ZipArchiveEntry entry = zip.Entries.Single(entry => entry.Name == ModelPayload.StreamName);
        using var content = new MemoryStream();
        using (Stream stream = entry.Open()) stream.CopyTo(content);
        byte[] bytes = content.ToArray();
        int length = (int)BinaryPrimitives.ReadInt64LittleEndian(bytes);
        byte[] header = Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(bytes, 8, length).Replace(head, other, StringComparison.Ordinal));
        byte[] size = new byte[8];
        BinaryPrimitives.WriteInt64LittleEndian(size, header.Length);
        string name = entry.FullName;
        entry.Delete();
        using Stream target = zip.CreateEntry(name).Open();
        target.Write([.. size, .. header, .. bytes.AsSpan(8 + length)]);
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
