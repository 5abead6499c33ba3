using Microsoft.ML;
using Microsoft.ML.Runtime;
using Microsoft.ML.Trainers;
using MLTransfer.Tests.Estimators;
using MLTransfer.Tests.Reference;
using MLTransfer.Vision;
using static MLTransfer.Vision.ImageClassificationTrainer;
using Dataset = MLTransfer.Vision.ImageClassificationTrainer.ImageClassificationMetrics.Dataset;

namespace MLTransfer.Tests.Vision;

public sealed class ImageClassificationTrainerTests : IDisposable
{
    private readonly ColouredImages _images = new(perClass: 10);
    private readonly TemporaryFolder _workspace = new();
    private readonly List<ImageClassificationMetrics> _metrics = [];
    private readonly List<string> _warnings = [];

    private IEnumerable<TrainMetrics> Epochs => _metrics.Select(each => each.Train).OfType<TrainMetrics>();

    private IEnumerable<(Dataset Set, int Index)> Bottlenecks =>
        _metrics.Select(each => each.Bottleneck).OfType<BottleneckMetrics>().Select(each => (each.DatasetUsed, each.Index));

    /// <summary>What each option does to the options, and what the one line in the log says of it.</summary>
    public static TheoryData<string, Action<Options>> WithoutEffect => new()
    {
        { "LearningRate, 0.5, has no effect: LearningRateScheduler begins with 0.01.", options => options.LearningRate = 0.5f },
        {
            "ReuseTrainSetBottleneckCachedValues, ReuseValidationSetBottleneckCachedValues, FinalModelPrefix have no effect",
            options => (options.ReuseTrainSetBottleneckCachedValues, options.ReuseValidationSetBottleneckCachedValues,
                options.FinalModelPrefix) = (true, true, "my_")
        },
        { "FinalModelPrefix has no effect: WorkspacePath is not given", options => options.FinalModelPrefix = "my_" },
        {
            "FinalModelPrefix has no effect: WorkspacePath is not given",
            options => (options.WorkspacePath, options.FinalModelPrefix) = ("", "my_")
        },
        { "Arch, MobilenetV2, has no effect: Backbone, embedded", options => options.Arch = Architecture.MobilenetV2 },
        { "EarlyStoppingCriteria had no effect: there were no validation images", options => options.ValidationSetFraction = null },
    };

    /// <summary>A scheduler, and the rates of the last step of three epochs of five steps of four images.</summary>
    public static TheoryData<LearningRateScheduler?, float[]> Schedules => new()
    {
        { new ExponentialLRDecay(0.02f, numEpochsPerDecay: 1, decayRate: 0.5f), [0.02f, 0.01f, 0.005f] },
        { new ExponentialLRDecay(), [0.01f, 0.01f, 0.0094f] },
        { new PolynomialLRDecay(0.02f, numEpochsPerDecay: 2, endLearningRate: 0.01f), [0.016f, 0.011f, 0.01f] }, // 4, 9 and 10 tenths
        { new LsrDecay([new(1, 0.5f), new(0, 1)], baseLearningRate: 0.32f), [0.01f, 0.005f, 0.005f] }, // 0.32 · 4 / 128
        { null, [0.03f, 0.03f, 0.03f] },
    };

    [Fact]
    public void Metrics_come_of_every_image_then_of_every_epoch()
    {
        Train();
        Assert.Equal(
            [
                .. Enumerable.Range(1, 18).Select(index => (Dataset.Train, index)),
                .. Enumerable.Range(1, 2).Select(index => (Dataset.Validation, index)),
            ],
            Bottlenecks);
        Assert.All(_metrics.Take(20), each => Assert.Null(each.Train));
        Assert.Equal(
            [
                (Dataset.Train, 0, 5), (Dataset.Validation, 0, 1), (Dataset.Train, 1, 5), (Dataset.Validation, 1, 1),
                (Dataset.Train, 2, 5), (Dataset.Validation, 2, 1),
            ],
            Epochs.Select(each => (each.DatasetUsed, each.Epoch, each.BatchProcessedCount)));
        Assert.All(Epochs, each => Assert.InRange(each.Accuracy, 0, 1));
        Assert.Empty(_warnings);
    }

    [Fact]
    public void Metrics_read_as_those_of_MLNET()
    {
        var train = new TrainMetrics { Epoch = 7, Accuracy = 0.5f, CrossEntropy = 0.25f, LearningRate = 0.01f, BatchProcessedCount = 18 };
        Assert.Equal(
            "Phase: Training, Dataset used:      Train, Batch Processed Count:  18, Epoch:   7, Accuracy:        0.5, "
            + "Cross-Entropy:       0.25, Learning Rate:       0.01",
            new ImageClassificationMetrics { Train = train }.ToString());
        train.DatasetUsed = Dataset.Validation;
        Assert.Equal(
            "Phase: Training, Dataset used: Validation, Batch Processed Count:  18, Epoch:   7, Accuracy:        0.5, "
            + "Cross-Entropy:       0.25",
            train.ToString());
        Assert.Equal("Phase: Bottleneck Computation, Dataset used:      Train, Image Index:  12",
            new ImageClassificationMetrics { Bottleneck = new() { Index = 12 } }.ToString());
    }

    [Fact]
    public void The_model_is_that_of_the_best_epoch_and_tells_the_colors_apart()
    {
        using ImageClassificationTransformer model = Train(options => options.Epoch = 10);
        Assert.Equal(1, model.Training!.ValidationAccuracy);
        Assert.Equal(["blue", "green"], model.Predict([FileOf("blue"), FileOf("green")]).Select(each => each.Label));
    }

    [Theory, MemberData(nameof(Schedules))]
    public void Every_scheduler_sets_the_learning_rate(LearningRateScheduler? scheduler, float[] rates)
    {
        using ImageClassificationTransformer model =
            Train(options => (options.LearningRateScheduler, options.LearningRate) = (scheduler, 0.03f));
        Assert.All(Epochs.Where(each => each.DatasetUsed == Dataset.Train).Zip(rates),
            pair => Assert.Equal(pair.Second, pair.First.LearningRate, 1e-7));
        Assert.All(model.Training!.Epochs.Zip(rates), pair => Assert.Equal(pair.Second, pair.First.LearningRate, 1e-7));
    }

    [Fact]
    public void Training_stops_early_each_time_from_the_start()
    {
        var rule = new EarlyStopping(patience: 2);
        for (int time = 0; time < 2; time++)
        {
            _metrics.Clear();
            Train(options => (options.EarlyStoppingCriteria, options.Epoch) = (rule, 1_000_000));
            TrainMetrics[] validation = [.. Epochs.Where(each => each.DatasetUsed == Dataset.Validation)];
            var expected = new EarlyStopping(patience: 2);
            Assert.Equal(validation.Length - 1, Array.FindIndex(validation, expected.ShouldStop));
        }

        Assert.Contains("Epoch is 1000000; at most 99999 are trained.", _warnings);
    }

    [Fact]
    public void Without_early_stopping_all_epochs_are_trained()
    {
        Train(options => (options.EarlyStoppingCriteria, options.Epoch) = (null, 30));
        Assert.Equal(30, Epochs.Count(each => each.DatasetUsed == Dataset.Validation));
    }

    [Fact]
    public void Metrics_of_the_training_images_can_be_left_out()
    {
        Train(options => options.TestOnTrainSet = false);
        Assert.All(Epochs, each => Assert.Equal(Dataset.Validation, each.DatasetUsed));
    }

    [Fact]
    public void Features_in_the_workspace_are_used_again_only_where_that_is_asked_for()
    {
        Options Kept(bool train, bool validation, Options options)
        {
            (options.WorkspacePath, options.ReuseTrainSetBottleneckCachedValues, options.ReuseValidationSetBottleneckCachedValues) =
                (_workspace.Path, train, validation);
            return options;
        }

        Train(options => Kept(train: false, validation: false, options));
        Assert.True(Directory.Exists(_workspace.PathOf("trainSetBottleneckFile.csv.features")));
        Assert.True(Directory.Exists(_workspace.PathOf("validationSetBottleneckFile.csv.features")));
        foreach ((bool train, bool validation) in new[] { (true, true), (true, false), (false, true), (false, false) })
        {
            _metrics.Clear();
            Train(options => Kept(train, validation, options));
            Assert.Equal((train ? 0 : 18, validation ? 0 : 2),
                (Bottlenecks.Count(each => each.Set == Dataset.Train), Bottlenecks.Count(each => each.Set == Dataset.Validation)));
            Assert.Equal([5, 1, 5, 1, 5, 1], Epochs.Select(each => each.BatchProcessedCount));
        }
    }

    [Fact]
    public void The_workspace_holds_the_model_under_its_prefix()
    {
        string folder = _workspace.PathOf("new");
        using ImageClassificationTransformer model = Train(options => (options.WorkspacePath, options.FinalModelPrefix) = (folder, "my_"));
        ITransformer loaded = new MLContext().AddMLTransfer().Model.Load(Path.Combine(folder, "my_embedded.zip"), out _);
        Assert.Equal(Trainings.Scores(model, _images.Path), Trainings.Scores(loaded, _images.Path));
    }

    [Fact]
    public void A_model_that_cannot_be_written_into_the_workspace_is_not_lost()
    {
        // A folder stands where the file has to go.
        Directory.CreateDirectory(_workspace.PathOf("my_embedded.zip/folder"));
        using ImageClassificationTransformer model =
            Train(options => (options.WorkspacePath, options.FinalModelPrefix) = (_workspace.Path, "my_"));
        Assert.Equal(["blue"], model.Predict([FileOf("blue")]).Select(each => each.Label));
        Assert.StartsWith($"The model is trained, but it could not be written to '{_workspace.PathOf("my_embedded.zip")}': ",
            Assert.Single(_warnings), StringComparison.Ordinal);
    }

    [Theory, MemberData(nameof(WithoutEffect))]
    public void An_option_without_effect_says_why_in_one_line(string line, Action<Options> adjust)
    {
        Train(adjust);
        Assert.StartsWith(line, Assert.Single(_warnings), StringComparison.Ordinal);
    }

    [Fact]
    public void Too_few_images_for_validation_are_all_trained_on()
    {
        using var few = new ColouredImages(perClass: 2);
        using ImageClassificationTransformer model = Train(folder: few.Path);
        Assert.Equal((4, 0), (model.Training!.TrainingImages, model.Training.ValidationImages));
        Assert.StartsWith("EarlyStoppingCriteria had no effect", Assert.Single(_warnings), StringComparison.Ordinal);
    }

    [Fact]
    public void Images_given_to_Fit_are_validated_on()
    {
        var ml = new MLContext(seed: 1);
        IDataView data = Trainings.Keyed(ml, ml.Data.LoadImageFolder(_images.Path));
        using ImageClassificationTransformer model = ml.MulticlassClassification.Trainers.ImageClassification(Usual()).Fit(data, data);
        Assert.Equal((20, 20), (model.Training!.TrainingImages, model.Training.ValidationImages));
    }

    [Fact]
    public void All_wrong_options_are_named_at_once()
    {
        var options = new Options { Epoch = 0, BatchSize = 0, ValidationSetFraction = 1, Arch = (Architecture)9, LabelColumnName = "" };
        string message = Assert.ThrowsAny<ArgumentException>(
            () => new MLContext().MulticlassClassification.Trainers.ImageClassification(options)).Message;
        Assert.All((string[])["Epoch is 0", "BatchSize is 0", "ValidationSetFraction is 1", "Arch is 9", "LabelColumnName is empty"],
            complaint => Assert.Contains(complaint, message, StringComparison.Ordinal));
    }

    [Fact]
    public void A_scheduler_that_decays_more_often_than_there_are_steps_is_refused()
    {
        string message = Assert.ThrowsAny<ArgumentException>(
            () => Train(options => options.LearningRateScheduler = new ExponentialLRDecay(numEpochsPerDecay: 0.01f))).Message;
        Assert.Contains("LearningRateScheduler", message, StringComparison.Ordinal);
    }

    public void Dispose()
    {
        _images.Dispose();
        _workspace.Dispose();
    }

    private Options Usual() => new()
    {
        Backbone = "embedded", Epoch = 3, BatchSize = 4, FeatureColumnName = "ImagePath", MetricsCallback = _metrics.Add,
    };

    private ImageClassificationTransformer Train(Action<Options>? adjust = null, string? folder = null)
    {
        var ml = new MLContext(seed: 1);
        ml.Log += (_, entry) =>
        {
            if (entry.Kind == ChannelMessageKind.Warning) _warnings.Add(entry.RawMessage);
        };
        Options options = Usual();
        adjust?.Invoke(options);
        return ml.MulticlassClassification.Trainers.ImageClassification(options)
            .Fit(Trainings.Keyed(ml, ml.Data.LoadImageFolder(folder ?? _images.Path)));
    }

    private string FileOf(string color) => Path.Combine(_images.PathOf(color), "00.png");
}
