using Microsoft.ML;
using Microsoft.ML.Data;
using MLTransfer.Architecture.Tests;
using MLTransfer.Estimators;
using MLTransfer.Imaging;
using MLTransfer.Models;
using MLTransfer.Weights;
using Onnx;
using TorchSharp;
using static TorchSharp.torch;

namespace MLTransfer.PublicApi.Tests;

/// <summary>A backbone from outside the library, written with TorchSharp only, does all that those of the library do.</summary>
public sealed class OwnBackboneTests : IDisposable
{
    private const string Name = "own-tiny";
    private static readonly Lazy<Backbone> Registered = new(Register);
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("mltransfer-");
    private readonly MLContext _ml = new(seed: 1);
    private readonly IDataView _data;

    public OwnBackboneTests()
    {
        ColoredFolders.Draw(_folder, perClass: 8);
        IDataView files = _ml.Data.LoadImageFolder(_folder.FullName);
        _data = _ml.Transforms.Conversion.MapValueToKey("Label").Fit(files).Transform(files);
        _ = Registered.Value;
    }

    private string Trained => Path.Combine(_folder.FullName, "trained.safetensors");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public void It_is_found_by_name_and_its_parameters_are_counted()
    {
        Backbone found = ModelZoo.Find("OWN-TINY");
        Assert.Same(Registered.Value, found);
        Assert.Contains(found, ModelZoo.All);
        // Convolutions without biases, and two numbers per channel of the batch norms.
        Assert.Equal(9 * (3 * 16 + 16 * 32 + 32 * 64) + 2 * (16 + 32 + 64), found.Parameters);
        Assert.Equal(found.Parameters, found.BodyParameters);
        Assert.Equal(0, found.MultiplyAdds);
    }

    [Theory]
    [InlineData(Precision.Float32)]
    [InlineData(Precision.BFloat16)]
    public void Feature_extraction_trains_a_head_and_the_loaded_model_has_the_same_scores(Precision precision) => TrainsSavesAndLoads(
        _ml.MulticlassClassification.Trainers.FeatureExtraction(
            new FeatureExtractionOptions { Backbone = Name, Weights = "none", Epochs = 1, Precision = precision }));

    [Theory]
    [InlineData(Precision.Float32)]
    [InlineData(Precision.BFloat16)]
    public void Fine_tuning_trains_its_layers_and_the_loaded_model_has_the_same_scores(Precision precision)
    {
        string start = Path.Combine(_folder.FullName, "start.safetensors");
        using (ImageClassificationTransformer model = Extraction(Name, "none").Fit(_data)) model.SaveWeights(start);
        TrainsSavesAndLoads(_ml.MulticlassClassification.Trainers.FineTuning(
            new FineTuningOptions
            {
                Backbone = Name, Weights = start, Epochs = 1, LearningRate = 0.1f, Train = Layers.From("layer3"), Precision = precision,
            }));

        var before = SafetensorsFile.Read(start).Tensors;
        var after = SafetensorsFile.Read(Trained).Tensors;
        bool Same(string name) => before[name].Bytes.Span.SequenceEqual(after[name].Bytes.Span);
        Assert.All(before.Keys.Where(name => name.StartsWith("layer2.", StringComparison.Ordinal)), name => Assert.True(Same(name), name));
        Assert.False(Same("layer3.0.weight"));
    }

    [Fact]
    public void Saved_weights_have_the_names_of_its_modules_and_start_another_training()
    {
        string saved = Path.Combine(_folder.FullName, "tiny.safetensors"), next = Path.Combine(_folder.FullName, "next.safetensors");
        var options = new FineTuningOptions { Backbone = Name, Weights = "none", Epochs = 1, Train = Layers.All, LearningRate = 0.01f };
        using (ImageClassificationTransformer model = _ml.MulticlassClassification.Trainers.FineTuning(options).Fit(_data))
            model.SaveWeights(saved);
        var extraction = new FeatureExtractionOptions { Backbone = Name, Weights = saved, Epochs = 1 };
        using (ImageClassificationTransformer model = _ml.MulticlassClassification.Trainers.FeatureExtraction(extraction).Fit(_data))
            model.SaveWeights(next);

        var before = SafetensorsFile.Read(saved).Tensors;
        var after = SafetensorsFile.Read(next).Tensors;
        Assert.Equal(["layer1.0.weight", "layer1.1.weight", "layer1.1.bias"], before.Keys.Take(3));
        Assert.Contains("fc.weight", before.Keys);
        Assert.Equal(before.Keys, after.Keys);
        Assert.All(before.Values.Where(tensor => !tensor.Name.StartsWith("fc.", StringComparison.Ordinal)),
            tensor => Assert.True(tensor.Bytes.Span.SequenceEqual(after[tensor.Name].Bytes.Span), tensor.Name));
    }

    [Fact]
    public void Its_default_weights_are_those_it_names()
    {
        string file = Path.Combine(_folder.FullName, "pretrained.safetensors"), next = Path.Combine(_folder.FullName, "next.safetensors");
        using (ImageClassificationTransformer model = Extraction(Name, "none").Fit(_data)) model.SaveWeights(file);
        const string WithWeights = "own-tiny-pretrained";
        ModelZoo.Register(new Backbone(WithWeights, "TinyNet", 64, Preprocessing.Cifar, () => new TinyNet()) { DefaultWeights = file });
        using (ImageClassificationTransformer model = Extraction(WithWeights, "default").Fit(_data)) model.SaveWeights(next);
        Assert.True(SafetensorsFile.Read(file).Tensors["layer3.0.weight"].Bytes.Span
            .SequenceEqual(SafetensorsFile.Read(next).Tensors["layer3.0.weight"].Bytes.Span));

        var error = Assert.ThrowsAny<ArgumentException>(() => Extraction(Name, "default"));
        Assert.Contains($"No weights are published for {Name}.", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void It_is_saved_as_ONNX()
    {
        using var stream = new MemoryStream();
        using (ImageClassificationTransformer model = Extraction(Name, "none").Fit(_data)) model.SaveOnnx(stream);
        var saved = ModelProto.Parser.ParseFrom(stream.ToArray());
        Assert.Equal(Name, saved.Graph.Name);
        Assert.Equal(3, saved.Graph.Node.Count(node => node.OpType == "Conv"));
    }

    [Fact]
    public void A_model_whose_backbone_is_not_registered_says_to_register_it_before_loading()
    {
        string file = Path.Combine(_folder.FullName, "model.zip");
        using (ImageClassificationTransformer model = Extraction(Name, "none").Fit(_data)) _ml.Model.Save(model, _data.Schema, file);
        ModelFiles.Rename(file, Name, "not-here");
        var app = new MLContext();
        app.AddMLTransfer();
        string message = Assert.ThrowsAny<Exception>(() => app.Model.Load(file, out _)).ToString();
        Assert.Contains("'not-here', which is not registered here", message, StringComparison.Ordinal);
        Assert.Contains("register it before loading the model: ModelZoo.Register", message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(Name)]
    [InlineData("ResNet18")]
    public void A_name_that_is_taken_is_refused(string name) =>
        Assert.Contains("already", Assert.Throws<ArgumentException>(() => ModelZoo.Register(Tiny(name))).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("two words")]
    [InlineData("resnet18/V1")]
    [InlineData("")]
    public void A_name_that_could_not_be_written_in_options_is_refused(string name) =>
        Assert.Throws<ArgumentException>(() => Tiny(name));

    [Fact]
    public void Of_threads_that_register_one_name_at_once_exactly_one_does()
    {
        int registered = 0, refused = 0;
        Parallel.For(0, 8, _ =>
        {
            try
            {
                ModelZoo.Register(Tiny("own-parallel"));
                Interlocked.Increment(ref registered);
            }
            catch (ArgumentException)
            {
                Interlocked.Increment(ref refused);
            }
        });
        Assert.Equal((1, 7), (registered, refused));
    }

    [Fact]
    public void A_function_that_builds_nothing_is_refused() => Assert.Contains(
        "The function that builds the backbone 'own-nothing' returned null instead of a network.",
        Assert.Throws<InvalidOperationException>(
            () => ModelZoo.Register(new Backbone("own-nothing", "TinyNet", 64, Preprocessing.Cifar, () => null!))).Message,
        StringComparison.Ordinal);

    [Theory]
    [InlineData(40, 1, "Its preprocessing ends with images of 32 × 32 pixels: it needs at least 40 × 40.")]
    [InlineData(40, 16, "Its preprocessing ends with images of 32 × 32 pixels: it needs at least 48 × 48.")]
    [InlineData(1, 24, "Its preprocessing ends with images of 32 × 32 pixels: it takes multiples of 24, such as 24.")]
    [InlineData(40, 24, "Its preprocessing ends with images of 32 × 32 pixels: it takes multiples of 24, such as 48.")]
    public void Image_sizes_that_exclude_its_own_preprocessing_are_refused(int minimum, int multiple, string reason)
    {
        var backbone = new Backbone("own-size", "TinyNet", 64, Preprocessing.Cifar, () => new TinyNet())
        {
            MinimumImageSize = minimum, ImageSizeMultiple = multiple,
        };
        Assert.Contains(reason, Assert.Throws<InvalidOperationException>(backbone.Verify).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    public void Image_sizes_below_one_pixel_are_refused(int size)
    {
        Backbone WithMinimum() => new("own-size", "TinyNet", 64, Preprocessing.Cifar, () => new TinyNet()) { MinimumImageSize = size };
        Backbone WithMultiple() => new("own-size", "TinyNet", 64, Preprocessing.Cifar, () => new TinyNet()) { ImageSizeMultiple = size };
        Assert.Throws<ArgumentOutOfRangeException>(nameof(Backbone.MinimumImageSize), WithMinimum);
        Assert.Throws<ArgumentOutOfRangeException>(nameof(Backbone.ImageSizeMultiple), WithMultiple);
    }

    [Theory]
    [InlineData(Fault.Unregistered, "The layer group 'layer1' has weights that the network does not")]
    [InlineData(Fault.OutsideGroups, "No layer group has extra.weight, extra.bias.")]
    [InlineData(Fault.Unused, "No gradient reaches layer1.unused.weight, layer1.unused.bias.")]
    [InlineData(Fault.Head, "Its classifier is not called 'top.fc' in its state_dict")]
    [InlineData(Fault.Width, "Its features are 16 wide in the network and 64 in its description.")]
    [InlineData(Fault.Features, "Its features are (2, 8); expected: (2, 16).")]
    [InlineData(Fault.Chance, "It scores the same images differently in evaluation mode.")]
    [InlineData(Fault.NoGroups, "It has no layer groups.")]
    [InlineData(Fault.Auxiliary, "The auxiliary head 'aux' would never be trained: there is no layer group 'layer9'")]
    public void A_network_that_training_cannot_rely_on_is_refused_with_the_reason(Fault fault, string reason)
    {
        var backbone = new Backbone("own-faulty", "Faulty", fault == Fault.Width ? 64 : 16, Preprocessing.Cifar, () => new Faulty(fault));
        Assert.Contains(reason, Assert.Throws<InvalidOperationException>(() => ModelZoo.Register(backbone)).Message,
            StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => ModelZoo.Find("own-faulty"));
    }

    [Fact]
    public void The_page_about_it_shows_the_code_that_is_tested_here()
    {
        string page = File.ReadAllText(Repository.PathOf("docs/own-backbone.md"));
        string code = File.ReadAllText(Repository.PathOf("tests/MLTransfer.PublicApi.Tests/TinyNet.cs"));
        Assert.Contains(code[code.IndexOf("internal sealed class", StringComparison.Ordinal)..], page, StringComparison.Ordinal);
    }

    private static Backbone Register()
    {
        Backbone backbone = Tiny(Name);
        ModelZoo.Register(backbone);
        return backbone;
    }

    private static Backbone Tiny(string name) => new(name, "TinyNet", featureWidth: 64, Preprocessing.Cifar, () => new TinyNet());

    private FeatureExtractionEstimator Extraction(string backbone, string weights) =>
        _ml.MulticlassClassification.Trainers.FeatureExtraction(
            new FeatureExtractionOptions { Backbone = backbone, Weights = weights, Epochs = 1 });

    private void TrainsSavesAndLoads(IEstimator<ImageClassificationTransformer> trainer)
    {
        string file = Path.Combine(_folder.FullName, "model.zip");
        float[][] scores;
        using (ImageClassificationTransformer model = trainer.Fit(_data))
        {
            Assert.Single(model.Training!.Epochs);
            scores = Scores(model);
            model.SaveWeights(Trained);
            _ml.Model.Save(model, _data.Schema, file);
        }

        var app = new MLContext();
        app.AddMLTransfer();
        ITransformer loaded = app.Model.Load(file, out _);
        Assert.Equal(16, scores.Length);
        Assert.All(scores, row => Assert.Equal(1, row.Sum(), 1e-5f));
        Assert.Equal(scores, Scores(loaded));
    }

    private float[][] Scores(ITransformer model) =>
        [.. model.Transform(_data).GetColumn<VBuffer<float>>("Score").Select(row => row.DenseValues().ToArray())];
}

/// <summary>What can be wrong with a network.</summary>
public enum Fault
{
    Unregistered,
    OutsideGroups,
    Unused,
    Head,
    Width,
    Features,
    Chance,
    NoGroups,
    Auxiliary,
}

/// <summary>One convolution, with one thing wrong.</summary>
internal sealed class Faulty : ImageModel
{
    public Faulty(Fault fault) : base("Faulty", fault == Fault.Head ? "top.fc" : "fc", featureWidth: 16)
    {
        nn.Module<Tensor, Tensor> layer = nn.Conv2d(3, fault == Fault.Features ? 8 : 16, 3);
        if (fault == Fault.OutsideGroups) Child("extra", nn.Linear(1, 1));
        if (fault == Fault.Unused) layer.register_module("unused", nn.Linear(1, 1));
        if (fault != Fault.Unregistered) Child("layer1", layer);
        AuxiliaryHeads = fault == Fault.Auxiliary ? [Child("aux", new Stray())] : [];
        Groups = fault switch
        {
            Fault.NoGroups => [],
            Fault.Chance => [new("layer1", [layer], images => nn.functional.dropout(layer.call(images), 0.5, training: true))],
            _ => [new("layer1", layer)],
        };
    }

    public override IReadOnlyList<LayerGroup> Groups { get; }

    public override IReadOnlyList<AuxiliaryHead> AuxiliaryHeads { get; }

    private sealed class Stray() : AuxiliaryHead("aux", "fc", after: "layer9")
    {
        public override Tensor forward(Tensor input) => Classifier!.call(input.mean([2, 3]));

        protected override nn.Module<Tensor, Tensor> BuildClassifier(int classes) => nn.Linear(16, classes);
    }
}
