using System.Diagnostics;
using Microsoft.ML;
using MLTransfer.Cli.CommandLine;
using MLTransfer.Cli.Demo.Pictures;
using MLTransfer.Cli.Screen;
using MLTransfer.Cli.Train;

namespace MLTransfer.Cli.Demo;

/// <summary>The work of 'mlt demo', from drawing pictures to asking a loaded model.</summary>
internal sealed class DemoRun(DemoFolder folder, DemoPlan plan, Surroundings surroundings, CancellationToken cancel)
{
    internal const string Scratch = "scratch";
    internal const string Features = "features";
    internal const string FineTuning = "finetune";

    internal async Task<DemoResult> RunAsync()
    {
        var clock = Stopwatch.StartNew();
        var (source, target) = (plan.Source, plan.Training);
        Say($"Drawing pictures: {source.Classes.Count} classes with {source.PicturesPerClass} each to learn to see from, " +
            $"and {target.Classes.Count} other classes with only {target.PicturesPerClass} each.");
        Draw();

        Say($"Pretraining {DemoPlan.Backbone} on the {source.Classes.Count} classes …");
        var (pretraining, backbone) = await TrainAsync("pretraining", DemoPlan.Pretraining, folder.Source, validation: null).ConfigureAwait(false);
        Classifier.In(backbone).SaveWeights(folder.Weights);

        Say($"Learning the {target.Classes.Count} other classes from scratch …");
        var (scratch, _) = await TrainAsync(Scratch, DemoPlan.FromScratch, folder.Training, folder.Validation).ConfigureAwait(false);
        Say("… by a new head on the features of the pretrained backbone …");
        var (features, _) = await TrainAsync(Features, DemoPlan.Features(folder.Weights), folder.Training, folder.Validation, save: true)
            .ConfigureAwait(false);
        Say("… and by training the pretrained backbone on, too …");
        var (fineTuning, _) = await TrainAsync(FineTuning, DemoPlan.FineTuning(folder.Weights), folder.Training, folder.Validation, save: true)
            .ConfigureAwait(false);

        Say($"Loading {folder.Model(FineTuning)} again and asking it …");
        var predictions = Ask(folder.Model(FineTuning));
        return new(folder.Root, pretraining, folder.Weights, [scratch, features, fineTuning], predictions, clock.Elapsed.TotalSeconds);
    }

    private void Draw()
    {
        PictureFiles.Write(plan.Source, folder.Source, cancel);
        PictureFiles.Write(plan.Training, folder.Training, cancel);
        PictureFiles.Write(plan.Validation, folder.Validation, cancel);
    }

    private async Task<(DemoTraining Training, ITransformer Model)> TrainAsync(
        string way, ImageClassificationOptions options, string data, string? validation, bool save = false)
    {
        var clock = Stopwatch.StartNew();
        var ml = new MLContext(plan.Seed);
        var pictures = ml.Data.LoadImageFolder(data);
        var model = await TrainingScreen.WatchAsync(surroundings, progress => TrainPipeline.Of(ml, options with
        {
            Validation = validation is null ? null : ml.Data.LoadImageFolder(validation),
            Progress = progress,
            Cancellation = cancel,
        }).Fit(pictures)).ConfigureAwait(false);
        cancel.ThrowIfCancellationRequested();
        if (save)
            OutputFile.Checked("--dir", folder.Model(way)).Write(stream => ml.Model.Save(model, pictures.Schema, stream));
        var classifier = Classifier.In(model);
        var summary = classifier.Training!;
        var training = new DemoTraining(
            way, classifier.Labels.Count, summary.TrainingPictures, summary.ValidationPictures, summary.ValidationAccuracy,
            Math.Round(clock.Elapsed.TotalSeconds, 2), save ? folder.Model(way) : null);
        return (training, model);
    }

    private DemoPrediction[] Ask(string model)
    {
        using var classifier = ModelFile.Open(model);
        string[] files = [.. plan.Validation.Classes.Select(shown => Path.Combine(folder.Validation, shown.Name, "000.png"))];
        return [.. classifier.Predict(files, cancel).Select(Told)];

        static DemoPrediction Told(ImagePrediction prediction) =>
            new(prediction.Name, Path.GetFileName(Path.GetDirectoryName(prediction.Name))!, prediction.Label!, prediction.Probability);
    }

    private void Say(string words) => surroundings.Words.WriteLine(words);
}
