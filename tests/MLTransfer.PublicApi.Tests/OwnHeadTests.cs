using System.Runtime.InteropServices;
using Microsoft.ML;
using Microsoft.ML.Data;
using MLTransfer.Estimators;
using MLTransfer.Weights;
using Onnx;
using TorchSharp;
using static TorchSharp.torch;

namespace MLTransfer.PublicApi.Tests;

/// <summary>A head from outside the library, written with TorchSharp only, does all that those of the library do.</summary>
[Collection(nameof(RunAlone))]
public sealed class OwnHeadTests : IDisposable
{
    private const string Name = "own-log-softmax";
    private static readonly Lazy<ClassifierHead> Registered = new(() => Register(Name, dropout: 0.1));
    private static readonly Lazy<ClassifierHead> WithoutDropout = new(() => Register("own-without-dropout", dropout: 0));

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("mltransfer-");
    private readonly MLContext _ml = new(seed: 1);

    public OwnHeadTests()
    {
        ColoredFolders.Draw(_folder.CreateSubdirectory("images"), perClass: 8);
        _ = Registered.Value;
    }

    private IDataView Images => _ml.Data.LoadImageFolder(PathOf("images"));

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public void It_is_parsed_by_its_name_and_written_as_it()
    {
        Assert.Equal(Registered.Value, ClassifierHead.Parse("OWN-log-softmax"));
        Assert.Equal((Name, Name), (Registered.Value.ToString(), Registered.Value.Name));
        Assert.Contains(Name, Assert.Throws<FormatException>(() => ClassifierHead.Parse("forest")).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Both_ways_of_training_train_it_and_the_loaded_model_has_the_same_scores(bool fineTune)
    {
        using ImageClassificationTransformer model = Train(Registered.Value, fineTune);
        _ml.Model.Save(model, Images.Schema, PathOf("model.zip"));
        using var loaded = Assert.IsType<ImageClassificationTransformer>(_ml.Model.Load(PathOf("model.zip"), out _));
        Assert.Equal(Registered.Value, loaded.Head);
        float[][] scores = Scores(loaded);
        Assert.Equal(Scores(model), scores);
        Assert.All(scores, each => Assert.Equal(1, each.Sum(), 1e-5f));
    }

    // Rounding of one more logarithm adds up over the steps.
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void With_a_log_softmax_at_its_end_it_learns_the_same_weights_as_without(bool fineTune)
    {
        using ImageClassificationTransformer own = Train(WithoutDropout.Value, fineTune);
        using ImageClassificationTransformer plain = Train(ClassifierHead.Mlp(24, dropout: 0), fineTune);
        Assert.All(WeightsOf(own).Zip(WeightsOf(plain)), pair => Assert.Equal(pair.First, pair.Second, 1e-4f));
        Assert.Equal(own.Training!.Epochs[^1].Loss, plain.Training!.Epochs[^1].Loss, 1e-4);
    }

    [Fact]
    public void A_model_whose_head_is_not_registered_says_to_register_it_before_loading()
    {
        using (ImageClassificationTransformer model = Train(Registered.Value)) _ml.Model.Save(model, Images.Schema, PathOf("model.zip"));
        ModelFiles.Rename(PathOf("model.zip"), Name, "not-registered-");
        string message = Assert.ThrowsAny<Exception>(() => _ml.Model.Load(PathOf("model.zip"), out _)).ToString();
        Assert.Contains("the head 'not-registered-', which is not registered here", message, StringComparison.Ordinal);
        Assert.Contains("register it before loading the model: ClassifierHead.Register", message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_further_training_keeps_it_where_the_classes_and_their_order_are_the_same(bool backwards)
    {
        using ImageClassificationTransformer first = Train(Registered.Value);
        _ml.Model.Save(first, Images.Schema, PathOf("model.zip"));
        IDataView images = backwards
            ? _ml.Data.LoadFromEnumerable(_ml.Data.CreateEnumerable<ImageFile>(Images, reuseRowObject: false).Reverse().ToList()) : Images;
        using ImageClassificationTransformer second = Fit(images, new FeatureExtractionOptions
        {
            Backbone = "embedded", Weights = PathOf("model.zip"), Epochs = 1, LearningRate = 1e-12,
        });
        Assert.Equal(Registered.Value, second.Head);
        float change = WeightsOf(first).Zip(WeightsOf(second)).Max(pair => Math.Abs(pair.First - pair.Second));
        Assert.True(backwards ? change > 1e-4 : change < 1e-6, $"Weights changed by {change}.");
    }

    [Fact]
    public void It_is_saved_as_ONNX()
    {
        using var stream = new MemoryStream();
        using (ImageClassificationTransformer model = Train(Registered.Value)) model.SaveOnnx(stream);
        ModelProto saved = ModelProto.Parser.ParseFrom(stream.ToArray());
        Assert.Single(saved.Graph.Node, node => node.OpType == "LogSoftmax");
    }

    [Theory]
    [InlineData(Name)]
    [InlineData("MLP")]
    [InlineData("linear")]
    [InlineData("two words")]
    [InlineData("mlp:3")]
    [InlineData("")]
    public void A_name_that_is_taken_or_could_not_be_written_in_options_is_refused(string name) =>
        Assert.ThrowsAny<ArgumentException>(() => ClassifierHead.Register(name, (features, classes) => nn.Linear(features, classes)));

    public static TheoryData<string, string> Faults => new()
    {
        { "null", "returned null instead of a module" },
        { "the same", "returned the same module twice" },
        { "width", "it makes (2, 8); expected: (2, 3)" },
        { "type", "Its logits are Float64; expected: Float32" },
        { "chance", "It scores the same features differently in evaluation mode" },
        { "unused", "No gradient reaches 'unused.weight'" },
        { "empty", "It has no weights" },
    };

    [Theory, MemberData(nameof(Faults))]
    public void A_head_that_cannot_be_used_is_refused_with_the_reason(string fault, string reason)
    {
        nn.Module<Tensor, Tensor>? once = null;
        var error = Assert.Throws<InvalidOperationException>(() => ClassifierHead.Register("faulty", (features, classes) => fault switch
        {
            "null" => null!,
            "the same" => once ??= nn.Linear(features, classes),
            "width" => nn.Linear(features, features),
            _ => new Faulty(features, classes, fault),
        }));
        Assert.StartsWith("The head 'faulty' cannot be used. ", error.Message, StringComparison.Ordinal);
        Assert.Contains(reason, error.Message, StringComparison.Ordinal);
        Assert.Throws<FormatException>(() => ClassifierHead.Parse("faulty"));
    }

    private static ClassifierHead Register(string name, double dropout) => ClassifierHead.Register(name, (features, classes) =>
        nn.Sequential(
            nn.Linear(features, 24), nn.ReLU(), nn.Dropout(dropout), nn.Linear(24, classes), nn.LogSoftmax(1)));

    private ImageClassificationTransformer Train(ClassifierHead head, bool fineTune = false) => Fit(Images, fineTune
        ? new FineTuningOptions { Backbone = "embedded", Head = head, Epochs = 2, HeadWarmup = false, Train = Layers.Head }
        : new FeatureExtractionOptions { Backbone = "embedded", Head = head, Epochs = 4 });

    private ImageClassificationTransformer Fit(IDataView images, ImageClassificationOptions options)
    {
        IDataView keyed = _ml.Transforms.Conversion.MapValueToKey("Label").Fit(images).Transform(images);
        var trainers = _ml.MulticlassClassification.Trainers;
        return options is FineTuningOptions tuning ? trainers.FineTuning(tuning).Fit(keyed)
            : trainers.FeatureExtraction((FeatureExtractionOptions)options).Fit(keyed);
    }

    /// <summary>The weights of the head.</summary>
    private float[] WeightsOf(ImageClassificationTransformer model)
    {
        string file = PathOf($"{Guid.NewGuid()}.safetensors");
        model.SaveWeights(file);
        return [.. SafetensorsFile.Read(file).Tensors.Where(tensor => tensor.Key.StartsWith("fc.", StringComparison.Ordinal))
            .SelectMany(tensor => MemoryMarshal.Cast<byte, float>(tensor.Value.Bytes.Span).ToArray())];
    }

    private float[][] Scores(ImageClassificationTransformer model) => [.. model.Transform(Images).GetColumn<float[]>("Score")];

    private string PathOf(string name) => Path.Combine(_folder.FullName, name);

    /// <summary>A linear layer with something wrong.</summary>
    private sealed class Faulty : nn.Module<Tensor, Tensor>
    {
        private readonly string _fault;
        private readonly nn.Module<Tensor, Tensor> _linear;

        public Faulty(int features, int classes, string fault) : base(nameof(Faulty))
        {
            _fault = fault;
            _linear = nn.Linear(features, classes);
            if (fault != "empty") register_module("linear", _linear);
            if (fault == "unused") register_module("unused", nn.Linear(1, 1));
        }

        public override Tensor forward(Tensor input) => _fault switch
        {
            "type" => _linear.call(input).to(ScalarType.Float64),
            "chance" => _linear.call(input) + rand(1),
            _ => _linear.call(input),
        };
    }
}
