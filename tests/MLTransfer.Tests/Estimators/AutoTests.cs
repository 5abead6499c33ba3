using Microsoft.ML;
using Microsoft.ML.Data;
using MLTransfer.Data;
using MLTransfer.Errors;
using MLTransfer.Imaging;
using MLTransfer.Tests.Models;
using MLTransfer.Tests.Reference;
using MLTransfer.Tests.Training;

namespace MLTransfer.Tests.Estimators;

public sealed class AutoTests : IDisposable
{
    private static readonly AutoOptions Short = new()
    {
        Backbone = "cifar_resnet20", Weights = "none", Precision = Precision.Float32, Device = DeviceKind.Cpu,
        Budget = TimeSpan.FromTicks(1), ValidationFraction = 0.5,
    };

    private readonly ColouredImages _images = new(perClass: 12);

    public void Dispose() => _images.Dispose();

    [Fact]
    public void Without_time_the_result_is_that_of_features_alone()
    {
        MixLabels();
        using ImageClassificationTransformer found = Fit(Short);
        TrainingSummary training = found.Training!;
        AutoTrial only = training.Trials[0];
        Assert.NotEmpty(training.Trials.Skip(1));
        Assert.All(training.Trials.Skip(1), trial => Assert.Equal(
            (0, "the time was over before its cost was measured"), (trial.Number, trial.Why)));
        Assert.Equal((1, true, null, "default", 32), (only.Number, only.IsKept, only.Train, only.Recipe, only.ImageSize));
        Assert.Equal((12, 6, 6), (training.TrainingImages, training.ValidationImages, training.TestImages));

        MLContext ml = new(seed: 1);
        IDataView all = Trainings.Keyed(ml, ml.Data.LoadImageFolder(_images.Path));
        string[] apart = [.. training.HeldBack.Select(row => row.ImagePath)];
        using ImageClassificationTransformer alone = Trainings.Fit(
            ml, Trainings.Extraction with { Epochs = 20, BatchSize = 32, ValidationFraction = 0.5 }, all);
        // The same images are held back; auto chooses the epoch by half of them.
        Assert.Superset(apart.ToHashSet(), alone.Training!.HeldBack.Select(row => row.ImagePath).ToHashSet());
        Assert.Equal(6, apart.Length);
        Assert.Equal(
            alone.Training!.Epochs.Select(epoch => epoch.Loss), training.Epochs.Select(epoch => epoch.Loss));
    }

    [Fact]
    public void Within_the_time_the_trial_that_validates_best_is_kept_and_the_others_are_freed()
    {
        MixLabels();
        var trials = new List<AutoTrial>();
        long before = LiveTensors.OnThisThread, one, many;
        using (Fit(Short)) one = LiveTensors.OnThisThread - before;
        before = LiveTensors.OnThisThread;
        using (ImageClassificationTransformer found = Fit(Short with
        {
            Budget = TimeSpan.FromMinutes(10),
            Progress = new Listener(report => trials.AddRange(report is { Total: 0, Trial: { } trial } ? [trial] : [])),
        }))
        {
            TrainingSummary training = found.Training!;
            AutoTrial[] tried = [.. training.Trials.Where(trial => trial.Number > 0)];
            Assert.Equal(Enumerable.Range(1, tried.Length), tried.Select(trial => trial.Number));
            Assert.Contains(tried, trial => trial.Train == Layers.All);
            AutoTrial kept = Assert.Single(tried, trial => trial.IsKept);
            Assert.Equal(tried.Max(trial => trial.ValidationAccuracy), kept.ValidationAccuracy);
            Assert.Equal(training.ValidationAccuracy, kept.ValidationAccuracy);
            Assert.All(tried.Where(trial => !trial.IsKept), trial => Assert.Equal($"no better than trial {kept.Number}", trial.Why));
            Assert.Equal(["fast", "fast"], training.Trials.Where(trial => trial.Number == 0).Select(trial => trial.Recipe));
            // A report when each begins, and one when it is over.
            Assert.Equal(tried.SelectMany(trial => new[] { trial.Number, trial.Number }), trials.Select(trial => trial.Number));
            Assert.Equal(tried.Select(trial => trial.Seconds), trials.Where((_, index) => index % 2 == 1).Select(trial => trial.Seconds));
            Assert.Equal(
                training.TestAccuracy,
                training.HeldBack.Zip(found.Predict(training.HeldBack.Select(row => row.ImagePath)))
                    .Average(pair => pair.First.Label == pair.Second.Label ? 1.0 : 0));
            many = LiveTensors.OnThisThread - before;
        }

        Assert.Equal(one, many);
    }

    [Fact]
    public void Test_images_of_their_own_leave_all_validation_images_to_choose_by()
    {
        using var others = new ColouredImages(perClass: 3);
        MLContext ml = new(seed: 1);
        IDataView test = ml.Data.LoadImageFolder(others.Path);
        using ImageClassificationTransformer found = Fit(Short with { Test = test });
        Assert.Equal((12, 6), (found.Training!.ValidationImages, found.Training.TestImages));
        // A report names them itself.
        Assert.Empty(found.Training.HeldBack);
    }

    [Fact]
    public void Test_images_that_cannot_be_read_are_told_and_those_that_are_trained_on_as_well()
    {
        using var others = new ColouredImages(perClass: 3);
        string torn = Path.Combine(others.PathOf("blue"), "00.png");
        File.WriteAllBytes(torn, [1, 2, 3]);
        MLContext ml = new(seed: 1);
        var log = new List<string>();
        ml.Log += (_, entry) => log.Add(entry.Message);
        using (ImageClassificationTransformer found = Fit(Short with { Test = ml.Data.LoadImageFolder(others.Path) }))
        {
            Assert.Equal(5, found.Training!.TestImages);
            Assert.Equal(torn, Assert.Single(found.Training.Skipped).Name);
        }

        Assert.Throws<ImageException>(() => Fit(Short with { Test = ml.Data.LoadImageFolder(others.Path), StopOnBadImage = true }));
        Fit(Short with { Test = ml.Data.LoadImageFolder(_images.Path) }, ml).Dispose();
        Assert.Contains(log, line => line.Contains("24 of 24 test images are training or validation images", StringComparison.Ordinal));
    }

    // The second trial finds a file where its folder would be.
    [Fact]
    public void A_trial_that_fails_does_not_lose_the_model_of_another()
    {
        MixLabels();
        using var folder = new TemporaryFolder();
        folder.Write("trial2", []);
        using ImageClassificationTransformer found = Fit(Short with
        {
            Budget = TimeSpan.FromMinutes(10),
            TensorBoardFolder = folder.Path,
            TensorBoardHistograms = true,
            Balance = ClassBalance.Weights,
        });
        AutoTrial[] tried = [.. found.Training!.Trials.Where(trial => trial.Number > 0)];
        Assert.StartsWith("failed: ", tried[1].Why, StringComparison.Ordinal);
        Assert.Equal(double.NaN, tried[1].ValidationAccuracy);
        // Weights of the classes do not go with the mixed images of the best recipe, which then has none.
        Assert.Contains(tried, trial => trial is { Recipe: "best", Train: not null, ValidationAccuracy: >= 0 });
        Assert.Single(tried, trial => trial.Why.StartsWith("failed: ", StringComparison.Ordinal));
        Assert.True(Directory.Exists(folder.PathOf("trial3")));
    }

    [Fact]
    public void The_end_of_the_time_ends_the_epochs_and_not_what_comes_after_them()
    {
        using var end = new CancellationTokenSource();
        MLContext ml = new(seed: 1);
        using ImageClassificationTransformer model = Trainings.Fit(ml, Trainings.Extraction with
        {
            Epochs = 30,
            ValidationFraction = 0.5,
            Rejection = Rejection.AtCoverage(0.5),
            EpochsUntil = end.Token,
            Progress = new Listener(report =>
            {
                if (report.Finished is { Epoch: 2 }) end.Cancel();
            }),
        }, Trainings.Keyed(ml, ml.Data.LoadImageFolder(_images.Path)));
        TrainingSummary training = model.Training!;
        Assert.Equal((2, false), (training.Epochs.Count, training.Cancelled));
        Assert.NotNull(training.Rejection!.LeastProbability);
    }

    [Fact]
    public void Too_few_images_to_test_by_are_refused()
    {
        using var few = new ColouredImages(perClass: 2);
        MLContext ml = new(seed: 1);
        var refusal = Assert.Throws<OptionException>(() => ml.MulticlassClassification.Trainers.AutoTraining(Short)
            .Fit(Trainings.Keyed(ml, ml.Data.LoadImageFolder(few.Path))));
        Assert.StartsWith(
            "There are too few validation images to put half of them aside for the test", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void What_the_trials_choose_cannot_be_set_and_what_they_do_not_holds_for_all()
    {
        MLContext ml = new();
        var refusal = Assert.Throws<OptionException>(() => ml.MulticlassClassification.Trainers.AutoTraining(
            new AutoOptions { Epochs = 3, LearningRate = 0.1, Budget = TimeSpan.Zero, ValidationFraction = 0 }));
        Assert.Contains("Epochs is set, and the trials choose it.", refusal.Message, StringComparison.Ordinal);
        Assert.Contains("LearningRate is set, and the trials choose it.", refusal.Message, StringComparison.Ordinal);
        Assert.Contains("Budget is 00:00:00; it must be above 0.", refusal.Message, StringComparison.Ordinal);
        Assert.Contains("ValidationFraction is 0, and there are no Validation images", refusal.Message, StringComparison.Ordinal);

        FineTuningOptions best = (Short with { Head = ClassifierHead.Dropout(0.3), LabelSmoothing = 0.2, Balance = ClassBalance.Sampling })
            .FineTuning(Recipe.Best, Layers.All);
        Assert.Equal(
            (30, 0.2, ClassBalance.Sampling, "cifar_resnet20", "none", OptimizerKind.AdamW),
            (best.Epochs, best.LabelSmoothing, best.Balance, best.Backbone, best.Weights, best.Optimizer));
        Assert.Equal("dropout:0.3", best.Head!.ToString());
        Assert.Equal(0.1, Short.FineTuning(Recipe.Best, Layers.All).LabelSmoothing);
        // A default that is asked for counts, too.
        Assert.Equal(0, (Short with { Given = [nameof(Short.LabelSmoothing)] }).FineTuning(Recipe.Best, Layers.All).LabelSmoothing);
    }

    [Fact]
    public void A_search_that_is_canceled_keeps_the_best_trial_so_far()
    {
        MixLabels();
        using var stop = new CancellationTokenSource();
        using ImageClassificationTransformer found = Fit(Short with
        {
            Budget = TimeSpan.FromMinutes(10),
            Cancellation = stop.Token,
            Progress = new Listener(report =>
            {
                if (report.Trial is { Number: 2 }) stop.Cancel();
            }),
        });
        TrainingSummary training = found.Training!;
        Assert.True(training.Cancelled);
        Assert.Single(training.Trials, trial => trial.IsKept);
        AutoTrial[] others = [.. training.Trials.Where(trial => trial.Number == 0)];
        Assert.NotEmpty(others);
        Assert.All(others, trial => Assert.Equal("the search was canceled", trial.Why));
        Assert.Equal(double.NaN, training.TestAccuracy);

        using var early = new CancellationTokenSource();
        early.Cancel();
        Assert.Throws<OperationCanceledException>(() => Fit(Short with { Cancellation = early.Token }));
    }

    [Fact]
    public void In_a_pipeline_the_model_is_saved_and_loaded_as_any_other()
    {
        MLContext ml = new(seed: 1);
        IDataView data = ml.Data.LoadImageFolder(_images.Path);
        using TransformerChain<ImageClassificationTransformer> model = ml.Transforms.Conversion.MapValueToKey("Label")
            .Append(ml.MulticlassClassification.Trainers.AutoTraining(Short)).Fit(data);
        using var file = new MemoryStream();
        ml.Model.Save(model, data.Schema, file);
        ITransformer loaded = ml.Model.Load(file, out _);
        Assert.Equal(
            model.Transform(data).GetColumn<float[]>("Score").SelectMany(scores => scores),
            loaded.Transform(data).GetColumn<float[]>("Score").SelectMany(scores => scores));
        (loaded as IDisposable)?.Dispose();
    }

    private ImageClassificationTransformer Fit(AutoOptions options, MLContext? context = null)
    {
        MLContext ml = context ?? new(seed: 1);
        return ml.MulticlassClassification.Trainers.AutoTraining(options)
            .Fit(Trainings.Keyed(ml, ml.Data.LoadImageFolder(_images.Path)));
    }

    // Colors that are in both classes: nothing can get every image right.
    private void MixLabels()
    {
        for (int index = 0; index < 12; index += 2)
        {
            string name = $"{index:d2}.png";
            string blue = Path.Combine(_images.PathOf("blue"), name), green = Path.Combine(_images.PathOf("green"), name);
            string aside = blue + ".aside";
            File.Move(blue, aside);
            File.Move(green, blue);
            File.Move(aside, green);
        }
    }
}
