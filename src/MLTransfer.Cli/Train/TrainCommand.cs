using System.CommandLine;
using MLTransfer.Cli.CommandLine;
using MLTransfer.Cli.Screen;
using MLTransfer.Evaluation.Reports;
using MLTransfer.Files;
using MLTransfer.Weights;

namespace MLTransfer.Cli.Train;

/// <summary>'mlt train': from folders of images to a saved ML.NET model.</summary>
internal sealed class TrainCommand : MltCommand
{
    private readonly TrainOptions _options = new();

    internal TrainCommand(CommandContext context)
        : base("train", "Trains a classifier on a folder of labeled images and saves it as an ML.NET model.", context,
            "mlt train --data flowers --mode features --backbone resnet18 --out flowers.zip",
            "mlt train --data flowers --mode features --backbone resnet50 --weights IMAGENET1K_V1 --weights-dir downloads --offline "
            + "--out flowers.zip",
            "mlt train --data flowers/train --val flowers/val --mode finetune --backbone resnet18 --weights resnet18-f37072fd.pth " +
            "--train-from layer4 --out flowers.zip",
            "mlt train --data flowers --mode finetune --backbone cifar_resnet20 --weights none --epochs 40 --out scratch.zip --json",
            "mlt train --data flowers --mode features --backbone resnet18 --folds 5 --out flowers.zip",
            "mlt train --data flowers --mode auto --budget 5m --backbone resnet18 --out flowers.zip") =>
        Accepts(_options.All);

    internal override string Remarks =>
        """
        An image has one class: there is no multi-label classification.
        Images that cannot be read are listed with the reason and left out. Ctrl-C ends after the batch and saves the best model so far.
        When an epoch fails after others are done, the best model of those is saved and the exit code is 1.

        JSON: { mode, backbone, classes: [label], train_images, val_images, skipped_images, epochs, best_epoch, val_accuracy,
                seconds: { total, features, training }, images_per_second, loader_wait_share, model, interrupted?, failure?, stopped_early?,
                batch_size?, soup_epochs?: [epoch], averaged_weights?, tta?, chosen_by?: { metric, value },
                auto?: { test_images, test_accuracy,
                         trials: [{ number, training, recipe, image_size, expected_seconds, seconds, val_accuracy, kept, why }] },
                rejection?: { asked, least_probability, greatest_distance, coverage, accuracy },
                calibration?: { temperature, before: { calibration_error, brier_score, log_loss }, after: { … } },
                cross_validation?: { folds: [{ fold, train_images, val_images, val_accuracy, best_epoch, best_val_accuracy }],
                                     val_accuracy: { mean, deviation }, best_val_accuracy: { mean, deviation } } }

        """;

    protected override async Task<int> RunAsync(ParseResult parseResult, CancellationToken cancel)
    {
        var arguments = TrainRequest.Of(parseResult, _options, Context);
        foreach (var note in TrainNotes.Of(arguments))
            Context.Words.WriteLine(note);
        var cache = _options[nameof(ImageClassificationOptions.CacheFolder)];
        var isUncached = arguments.Options is FeatureExtractionOptions { CacheFolder: null } or AutoOptions { CacheFolder: null };
        if (isUncached && !cache.IsGiven(parseResult))
            Context.Words.WriteLine(TrainView.WithoutCache($"{UserCache.NoHome}."));
        await TrainWeights.GetAsync(arguments, Context, WantsJson(parseResult), cancel).ConfigureAwait(false);
        var crossed = arguments.Folds.Count == 0 ? null : CrossValidation.Run(arguments, Context, cancel);
        if (crossed is not null)
            arguments = arguments.WithFoldersOf("all");
        var screen = new TrainingScreen(Context);
        var result = screen.Watch(progress => TrainRun.Run(arguments, progress, cancel));
        foreach (var note in result.Notes)
            Context.Words.WriteLine(note);
        TrainView.ShowSkipped(result, Context.Error);
        if (WantsJson(parseResult))
        {
            ReportJson.WriteTo(Context.Output, result.ToJson() with { CrossValidation = crossed });
        }
        else
        {
            crossed?.Show(Context);
            TrainView.Show(result, Context, withEpochs: screen.Rows < result.Summary.Epochs.Count);
        }
        if (TrainView.Stopped(result) is not { } why)
            return ExitCode.Done;
        Context.Error.WriteLine(why);
        return ExitCode.Failed;
    }
}

/// <summary>The weights that a training starts from.</summary>
internal static class TrainWeights
{
    /// <summary>Downloads them before the training, whose screen shows epochs, and once for all folds.</summary>
    internal static Task GetAsync(TrainArguments arguments, CommandContext context, bool quiet, CancellationToken cancel) =>
        GetAsync(arguments.Weights, arguments.Options.WeightStore, context, quiet, cancel);

    /// <summary>Downloads published weights, if they are not on this machine.</summary>
    internal static async Task GetAsync(
        WeightsReference reference, WeightStore store, CommandContext context, bool quiet, CancellationToken cancel)
    {
        if (reference.Remote is null)
            return;
        var weights = await DownloadScreen
            .WatchAsync(context, quiet, progress => store.GetAsync(reference, progress, cancel)).ConfigureAwait(false);
        var license = reference.Published is { } published ? $" (license {published.Licence})" : "";
        context.Words.WriteLine($"weights: {weights.Name}{license}, {weights.Path}");
    }
}
