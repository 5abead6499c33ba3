using System.Diagnostics;
using Microsoft.ML;
using MLTransfer.Cli.CommandLine;
using MLTransfer.Cli.Screen;
using MLTransfer.Cli.Train;
using MLTransfer.Estimators;
using SavedModel = MLTransfer.Estimators.SavedModel;

namespace MLTransfer.Cli.Demo;

/// <summary>The work of 'mlt demo', from drawing images to asking a loaded model.</summary>
internal sealed class DemoRun(DemoFolder folder, DemoPlan plan, CommandContext context, CancellationToken cancel)
{
    internal const string Scratch = "scratch";
    internal const string Features = "features";
    internal const string FineTuning = "finetune";

    internal async Task<DemoResult> RunAsync()
    {
        var clock = Stopwatch.StartNew();
        var target = plan.Training;
        Say($"Drawing images: {target.Classes.Count} classes with only {target.ImagesPerClass} each to learn from.");
        ImageFiles.Write(target, folder.Training, cancel);
        ImageFiles.Write(plan.Validation, folder.Validation, cancel);

        Say("Learning to tell them apart from scratch …");
        var scratch = await TrainAsync(Scratch, DemoPlan.FromScratch, save: false).ConfigureAwait(false);
        Say($"… by a new head on the features of the backbone '{DemoPlan.Backbone}', which has seen photographs …");
        var features = await TrainAsync(Features, DemoPlan.Features, save: true).ConfigureAwait(false);
        Say("… and by training that backbone on, too …");
        var fineTuning = await TrainAsync(FineTuning, DemoPlan.FineTuning, save: true).ConfigureAwait(false);

        Say($"Loading {folder.Model(FineTuning)} again and asking it …");
        var predictions = Ask(folder.Model(FineTuning));
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

    private DemoPrediction[] Ask(string model)
    {
        using var classifier = ModelFile.Open(model);
        string[] files = [.. plan.Validation.Classes.Select(shown => Path.Combine(folder.Validation, shown.Name, "000.png"))];
        return [.. classifier.Predict(files, cancel).Select(Told)];

        static DemoPrediction Told(ImagePrediction prediction) =>
            new(prediction.Name, Path.GetFileName(Path.GetDirectoryName(prediction.Name))!, prediction.Label!, prediction.Probability);
    }

    private void Say(string words) => context.Error.WriteLine(words);
}
