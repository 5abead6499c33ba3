using System.Diagnostics;
using Microsoft.ML;
using MLTransfer.Cli.CommandLine;
using MLTransfer.Cli.Screen;
using MLTransfer.Cli.Train;
using MLTransfer.Estimators;

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
        ImageFiles.Write(target, folder.Training, cancel);
        ImageFiles.Write(plan.Validation, folder.Validation, cancel);

        Report("Training from scratch …");
        var scratch = await TrainAsync(Scratch, DemoPlan.FromScratch, save: false).ConfigureAwait(false);
        Report($"Training a new head on the features of the backbone '{DemoPlan.Backbone}', pretrained on photographs …");
        var features = await TrainAsync(Features, DemoPlan.Features, save: true).ConfigureAwait(false);
        Report("Fine-tuning that backbone …");
        var fineTuning = await TrainAsync(FineTuning, DemoPlan.FineTuning, save: true).ConfigureAwait(false);

        Report($"Loading {folder.Model(FineTuning)} and predicting with it …");
        var predictions = Predict(folder.Model(FineTuning));
        return new(folder.Root, [scratch, features, fineTuning], predictions, clock.Elapsed.TotalSeconds);
    }

    private async Task<DemoTraining> TrainAsync(string way, ImageClassificationOptions options, bool save)
    {
        var clock = Stopwatch.StartNew();
        var ml = new MLContext(plan.Seed);
        var images = ml.Data.LoadImageFolder(folder.Training);
        var model = await TrainingScreen.WatchAsync(context, progress => TrainPipeline.Of(ml, options with
        {
            Validation = ml.Data.LoadImageFolder(folder.Validation),
            Progress = progress,
            Cancellation = cancel,
        }).Fit(images)).ConfigureAwait(false);
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

    private void Report(string message) => context.Error.WriteLine(message);
}

/// <summary>The size and settings of the demo, chosen to show in a minute what transfer learning gains.</summary>
internal sealed record DemoPlan(int Seed)
{
    internal const string Backbone = "embedded";

    internal ImageSet Training => new(SceneClass.All, ImagesPerClass: 15, Seed);

    internal ImageSet Validation => new(SceneClass.All, ImagesPerClass: 25, Seed + 1);

    /// <summary>The same number of epochs as fine-tuning, at the learning rate that suits random weights best.</summary>
    internal static FineTuningOptions FromScratch =>
        FineTuning with { Weights = "none", Optimizer = OptimizerKind.Adam, LearningRate = 3e-3 };

    internal static FeatureExtractionOptions Features => new() { Backbone = Backbone, Epochs = 40 };

    internal static FineTuningOptions FineTuning => new() { Backbone = Backbone, Epochs = 20, BatchSize = 16 };
}
