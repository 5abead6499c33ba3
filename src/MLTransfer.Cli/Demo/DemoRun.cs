using System.Diagnostics;
using Microsoft.ML;
using MLTransfer.Cli.CommandLine;
using MLTransfer.Cli.Screen;
using MLTransfer.Cli.Train;
using MLTransfer.Cli.Weights;
using MLTransfer.Data.Samples;
using MLTransfer.Estimators;
using MLTransfer.Weights;

namespace MLTransfer.Cli.Demo;

/// <summary>Runs the demo, from drawing images to predicting with a model loaded from its file.</summary>
internal sealed class DemoRun(DemoFolder folder, DemoPlan plan, CommandContext context, CancellationToken cancel)
{
    internal const string Scratch = "scratch";
    internal const string Features = "features";
    internal const string FineTuning = "finetune";

    internal async Task<DemoResult> RunAsync()
    {
        var clock = Stopwatch.StartNew();
        var target = plan.Training;
        Report($"Drawing images: {target.Classes.Count} classes with only {target.ImagesPerClass} training images each.");
        ShapeFiles.Write(target, folder.Training, cancel);
        ShapeFiles.Write(plan.Validation, folder.Validation, cancel);

        Report("Training from scratch …");
        var scratch = Train(Scratch, DemoPlan.FromScratch, save: false);
        var chosen = await ChooseAsync().ConfigureAwait(false);
        Report($"Training a new head on the features of the backbone '{chosen.Backbone}', pretrained on photographs …");
        var features = Train(Features, chosen, save: true);
        Report($"Fine-tuning the backbone '{DemoPlan.Backbone}' …");
        var fineTuning = Train(FineTuning, DemoPlan.FineTuning, save: true);

        Report($"Loading {folder.Model(FineTuning)} and predicting with it …");
        var predictions = Predict(folder.Model(FineTuning));
        return new(folder.Root, [scratch, features, fineTuning], predictions, clock.Elapsed.TotalSeconds);
    }

    // A larger backbone, if its package comes soon: the demo must also work where nothing answers.
    private async Task<FeatureExtractionOptions> ChooseAsync()
    {
        var store = new WeightStore(
            StoreOptions.Defaults(context) with { Offline = plan.Offline, StallTimeout = DemoPlan.Patience, Retries = 0 });
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        limit.CancelAfter(DemoPlan.LongestDownload);
        try
        {
            var wanted = WeightsReference.Parse(WeightsReference.Default, DemoPlan.LargerBackbone);
            await DownloadScreen.WatchAsync(context, quiet: false, progress => store.GetAsync(wanted, progress, limit.Token))
                .ConfigureAwait(false);
            return DemoPlan.Features with { Backbone = DemoPlan.LargerBackbone, WeightStore = store };
        }
        catch (Exception failure) when (failure is WeightsException || (limit.IsCancellationRequested && !cancel.IsCancellationRequested))
        {
            Report($"The backbone {DemoPlan.LargerBackbone} is not on this machine, and no NuGet source gives it soon: "
                + $"'{DemoPlan.Backbone}' takes its place.");
            return DemoPlan.Features;
        }
    }

    private DemoTraining Train(string way, ImageClassificationOptions options, bool save)
    {
        var clock = Stopwatch.StartNew();
        var ml = new MLContext(plan.Seed);
        var images = ml.Data.LoadImageFolder(folder.Training);
        var model = new TrainingScreen(context).Watch(progress => TrainPipeline.Of(ml, options with
        {
            Validation = ml.Data.LoadImageFolder(folder.Validation),
            Progress = progress,
            Cancellation = cancel,
        }).Fit(images));
        cancel.ThrowIfCancellationRequested();
        if (save)
            OutputFile.Checked("--dir", folder.Model(way)).Write(stream => ml.Model.Save(model, images.Schema, stream));
        var classifier = SavedModel.ClassifierIn(model);
        var summary = classifier.Training!;
        return new(
            way, classifier.Labels.Count, summary.TrainingImages, summary.ValidationImages, summary.ValidationAccuracy,
            Math.Round(clock.Elapsed.TotalSeconds, 2), save ? folder.Model(way) : null);
    }

    private DemoPrediction[] Predict(string model)
    {
        using var classifier = ModelFile.Open(model);
        string[] files = [.. plan.Validation.Classes.Select(each => Path.Combine(folder.Validation, each.Name, "000.png"))];
        return [.. classifier.Predict(files, cancel).Select(ToDemo)];

        static DemoPrediction ToDemo(ImagePrediction prediction) =>
            new(prediction.Name, Path.GetFileName(Path.GetDirectoryName(prediction.Name))!, prediction.Label!, prediction.Probability);
    }

    private void Report(string message) => context.Words.WriteLine(message);
}

/// <summary>The size and settings of the demo, chosen to show in a minute what transfer learning gains.</summary>
internal sealed record DemoPlan(int Seed)
{
    internal const string Backbone = "embedded";

    /// <summary>For feature extraction, where it can be had: ML.NET's own, of 61 MiB.</summary>
    internal const string LargerBackbone = "resnet18_mlnet";

    /// <summary>How long a source may stay silent, and how long the download may take.</summary>
    internal static readonly TimeSpan Patience = TimeSpan.FromSeconds(5), LongestDownload = TimeSpan.FromSeconds(45);

    /// <summary>Whether nothing may be downloaded.</summary>
    internal bool Offline { get; init; }

    internal ShapeSet Training => new(SceneClass.All, ImagesPerClass: 15, Seed);

    internal ShapeSet Validation => new(SceneClass.All, ImagesPerClass: 25, Seed + 1);

    /// <summary>The same number of epochs as fine-tuning, at the learning rate that suits random weights best.</summary>
    internal static FineTuningOptions FromScratch =>
        FineTuning with { Weights = "none", Optimizer = OptimizerKind.Adam, LearningRate = 3e-3 };

    internal static FeatureExtractionOptions Features => new() { Backbone = Backbone, Epochs = 40 };

    internal static FineTuningOptions FineTuning => new() { Backbone = Backbone, Epochs = 20, BatchSize = 16 };
}
