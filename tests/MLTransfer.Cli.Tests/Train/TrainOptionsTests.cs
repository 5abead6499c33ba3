using System.CommandLine;
using System.Reflection;
using MLTransfer.Cli.CommandLine;
using MLTransfer.Cli.Train;
using MLTransfer.Imaging;
using MLTransfer.Training;

namespace MLTransfer.Cli.Tests.Train;

/// <summary>A new option is one property: these tests fail where it is missing somewhere.</summary>
public class TrainOptionsTests
{
    private static readonly TrainOptions Options = new();

    public static TheoryData<string, string> Typed => new()
    {
        { nameof(FineTuningOptions.Balance), "sampling" }, { nameof(FineTuningOptions.Epochs), "3" },
        { nameof(FineTuningOptions.ClassWeights), "ants=2,bees=0.5" },
        { nameof(FineTuningOptions.BatchSize), "5" }, { nameof(FineTuningOptions.LearningRate), "0.5" },
        { nameof(FineTuningOptions.Optimizer), "sgd" }, { nameof(FineTuningOptions.Schedule), "one-cycle" },
        { nameof(FineTuningOptions.Warmup), "2e" }, { nameof(FineTuningOptions.ChooseBy), "macro-f1" },
        { nameof(FineTuningOptions.Patience), "3" }, { nameof(FineTuningOptions.LeastGain), "0.01" },
        { nameof(FineTuningOptions.Momentum), "0.5" }, { nameof(FineTuningOptions.Nesterov), "off" },
        { nameof(FineTuningOptions.Accumulate), "4" }, { nameof(FineTuningOptions.ClipNorm), "1" },
        { nameof(FineTuningOptions.ClipValue), "0.5" }, { nameof(FineTuningOptions.EmaDecay), "0.999" },
        { nameof(FineTuningOptions.SwaFrom), "3" }, { nameof(FineTuningOptions.SoupOf), "3" },
        { nameof(FineTuningOptions.TestTimeAugmentation), "views:3" }, { nameof(FineTuningOptions.DecayNorms), "off" },
        { nameof(FineTuningOptions.Rejection), "coverage:0.9+familiar:0.95" },
        { nameof(FineTuningOptions.Calibrate), "off" }, { nameof(FineTuningOptions.Loss), "bce" },
        { nameof(FineTuningOptions.FocalGamma), "2" }, { nameof(FineTuningOptions.HeadFactor), "10" },
        { nameof(FineTuningOptions.HeadWarmup), "off" }, { nameof(FineTuningOptions.LayerDecay), "0.75" },
        { nameof(FineTuningOptions.LowestRate), "0.01" },
        { nameof(FineTuningOptions.Unfreeze), "layer4@2,layer1@5" }, { nameof(FineTuningOptions.FreezeBatchNorm), "off" },
        { nameof(FineTuningOptions.WeightDecay), "0.25" }, { nameof(FineTuningOptions.LabelSmoothing), "0.1" },
        { nameof(FineTuningOptions.Precision), "bf16" }, { nameof(FineTuningOptions.Device), "cpu" },
        { nameof(FineTuningOptions.Backbone), "resnet50" }, { nameof(FineTuningOptions.Weights), "none" },
        { nameof(FineTuningOptions.Head), "mlp:8,4:0.5" }, { nameof(FineTuningOptions.ImageSize), "64" },
        { nameof(FineTuningOptions.ResizeTo), "72" }, { nameof(FineTuningOptions.Mean), "0.5" },
        { nameof(FineTuningOptions.StandardDeviation), "0.229,0.224,0.225" },
        { nameof(FineTuningOptions.ValidationFraction), "0.125" }, { nameof(FineTuningOptions.LoaderThreads), "3" },
        { nameof(FineTuningOptions.TensorBoardFolder), "runs" }, { nameof(FineTuningOptions.TensorBoardHistograms), "true" },
        { nameof(FineTuningOptions.MaximumPixels), "1000" }, { nameof(FineTuningOptions.StopOnBadImage), "true" },
        { nameof(FineTuningOptions.Train), "layer4" }, { nameof(FineTuningOptions.Augmentation), "digits" },
        { nameof(FineTuningOptions.Mixup), "0.2" }, { nameof(FineTuningOptions.CutMix), "1" },
        { nameof(FineTuningOptions.ReducedScale), "true" }, { nameof(FineTuningOptions.ImageMemory), "7" },
        { nameof(FineTuningOptions.CheckpointFolder), "kept" }, { nameof(FineTuningOptions.CacheFolder), "cache" },
        { nameof(FineTuningOptions.CachedViews), "3" },
        { nameof(FeatureExtractionOptions.Views), "3" }, { nameof(AutoOptions.Budget), "90s" },
    };

    [Theory]
    [InlineData(typeof(FineTuningOptions))]
    [InlineData(typeof(FeatureExtractionOptions))]
    [InlineData(typeof(AutoOptions))]
    public void Every_property_is_described_and_is_an_option_or_says_why_not(Type options)
    {
        string[] properties = [.. options.GetProperties().Where(property => property.CanWrite).Select(property => property.Name).Order()];
        Assert.Equal(properties, TrainingOption.Of(options).Select(option => option.Name).Order());
        Assert.All(TrainingOption.Of(options), option => Assert.True(
            option.Facts.CommandLine is null != option.Facts.NotTyped is null, option.Name));
    }

    [Fact]
    public void The_properties_that_are_no_options_are_these() => Assert.Equal(
        [
            "AuxiliaryWeight", "Cancellation", "DownloadProgress", "ExampleWeightColumnName", "ImageColumnName", "LabelColumnName",
            "PredictedLabelColumnName", "Preprocessing", "Progress", "ScoreColumnName", "Test", "TrainingTransforms",
            "Validation", "WeightStore",
        ],
        new[] { typeof(FineTuningOptions), typeof(FeatureExtractionOptions), typeof(AutoOptions) }.SelectMany(TrainingOption.Of)
            .Where(option => option.Facts.CommandLine is null).Select(option => option.Name).Distinct().Order(StringComparer.Ordinal));

    [Fact]
    public void Every_bound_option_is_tried_below() =>
        Assert.Equal(Options.Bound.Select(bound => bound.Property.Name).Order(), Typed.Select(each => (string)each[0]).Order());

    [Theory, MemberData(nameof(Typed))]
    public void What_is_typed_reaches_the_property_and_nothing_else(string property, string value)
    {
        var mode = property switch
        {
            nameof(FeatureExtractionOptions.Views) => TrainOptions.Features,
            nameof(AutoOptions.Budget) => TrainOptions.Auto,
            _ => TrainOptions.FineTune,
        };
        var bare = Read("--mode", mode, "--backbone", "resnet18");
        var read = property == nameof(bare.Backbone) ? Read("--mode", mode, "--backbone", value)
            : Read("--mode", mode, "--backbone", "resnet18", Options[property].Option.Name, value);
        foreach (var option in TrainingOption.Of(read.GetType()))
        {
            var (before, after) = (option.Read(bare), option.Read(read));
            Assert.True(Equals(before, after) == (option.Name != property), $"{option.Name} was {before} and is {after}.");
        }
        Assert.Equal(Expected(property, value), Options[property].Property.Read(read)?.ToString());

        static string Expected(string property, string value) => property switch
        {
            nameof(FineTuningOptions.ImageMemory) => $"{7 << 20}",
            nameof(FineTuningOptions.Train) => Layers.From(value).ToString(),
            nameof(FineTuningOptions.Mean) => new Rgb(0.5f, 0.5f, 0.5f).ToString(),
            nameof(FineTuningOptions.StandardDeviation) => new Rgb(0.229f, 0.224f, 0.225f).ToString(),
            nameof(FineTuningOptions.Balance) => nameof(ClassBalance.Sampling),
            nameof(FineTuningOptions.Optimizer) => nameof(OptimizerKind.Sgd),
            nameof(FineTuningOptions.ChooseBy) => nameof(EpochMetric.MacroF1),
            nameof(FineTuningOptions.Loss) => nameof(LossKind.BinaryCrossEntropy),
            nameof(FineTuningOptions.Precision) => nameof(Precision.BFloat16),
            nameof(FineTuningOptions.Device) => nameof(DeviceKind.Cpu),
            nameof(AutoOptions.Budget) => "00:01:30",
            _ => value switch { "true" => bool.TrueString, "off" => bool.FalseString, _ => value },
        };
    }

    [Theory]
    [InlineData("auto")]
    [InlineData("AUTO")]
    public void A_batch_size_may_be_left_to_the_training(string word) =>
        Assert.Equal(0, Read("--mode", "finetune", "--backbone", "resnet18", "--batch-size", word).BatchSize);

    [Fact]
    public async Task Names_of_earlier_versions_are_understood_and_not_shown()
    {
        var read = (FineTuningOptions)Read(
            "--mode", "finetune", "--backbone", "resnet18", "--picture-memory", "3", "--stop-on-bad-picture");
        Assert.Equal((3L << 20, true), (read.ImageMemory, read.StopOnBadImage));
        var help = await Mlt.RunAsync("train", "--help");
        Assert.DoesNotContain("picture", help.Output, StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public void Wrong_values_are_all_reported_together_before_a_network_is_built()
    {
        var wrong = new FineTuningOptions { Epochs = 0, Mixup = -1, AuxiliaryWeight = double.NaN, Backbone = " ", Train = null! };
        var message = Assert.ThrowsAny<ArgumentException>(() => wrong.Resolve()).Message;
        Assert.Equal(
            "FineTuningOptions cannot be used. Epochs is 0; it must lie between 1 and 99999. Backbone is empty; it must be a name. "
            + "Train is null; leave it out for its default. AuxiliaryWeight is NaN; it must be 0 or a positive number. "
            + "Mixup is -1; it must be 0 or a positive number.", message);
    }

    private static ImageClassificationOptions Read(params string[] arguments)
    {
        Command command = new("train");
        foreach (var option in Options.All.OfType<Option>())
            command.Options.Add(option);
        return Options.Read(command.Parse(arguments));
    }
}
