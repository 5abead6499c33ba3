using MLTransfer.Features;
using MLTransfer.Models;
using MLTransfer.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace MLTransfer.Estimators;

/// <summary>The rejection of a trained model: its rule, and the distance that it looks at.</summary>
/// <param name="Rule">The rule.</param>
/// <param name="Distance">Null where the rule does not look at it.</param>
internal sealed record FittedRejection(RejectionRule Rule, FeatureDistance? Distance)
{
    /// <summary>Chooses the thresholds of a finished network; null where the options do not ask for that.</summary>
    /// <param name="run">The training.</param>
    /// <param name="model">The finished network.</param>
    /// <param name="calibration">How its probabilities are calibrated; null where they are not.</param>
    /// <param name="training">Makes the features of the training images, which are disposed.</param>
    /// <param name="validation">Makes the features of the validation images, which are disposed.</param>
    /// <param name="state">How the training ended: one that was interrupted or failed gets no thresholds.</param>
    /// <param name="log">Is told where there are no thresholds, or where they do not do what was asked.</param>
    public static FittedRejection? Of(
        TrainingRun run, ImageModel model, Calibration? calibration, Func<FeatureSet> training, Func<FeatureSet> validation,
        TrainingState state, TrainingLog log)
    {
        if (run.Options.Rejection is not { } asked) return null;
        try
        {
            if (state.Failure is null && !state.IsUnfinished) return Fit(run, model, asked, calibration, training, validation, log);
            log.Warnings(["The model rejects nothing: its training did not end, so no thresholds were chosen."]);
        }
        // Canceled, or images that are gone by now: the finished training is not lost.
        catch (Exception failure)
        {
            log.Warnings([$"The model rejects nothing: {failure.Message}"]);
        }

        return new(new(asked, null, null), null);
    }

    private static FittedRejection Fit(
        TrainingRun run, ImageModel model, Rejection asked, Calibration? calibration, Func<FeatureSet> training,
        Func<FeatureSet> validation, TrainingLog log)
    {
        using var scope = NewDisposeScope();
        using var still = no_grad();
        using FeatureSet held = validation();
        TrainingRun.CheckReadable(held.Skipped, held.Kept.Count);
        TrainingRun.CheckFinite(held, run.Validation!);
        FeatureDistance? distance = null;
        if (asked.Familiar is not null)
        {
            using FeatureSet seen = training();
            TrainingRun.CheckFinite(seen, run.Training);
            // Of several views of each image, the first is the image itself.
            distance = FeatureDistance.Fit(seen.Rows.Blocks(), Labels(run.Training, seen));
        }

        try
        {
            return new(Choose(run, model, asked, calibration, held, distance, log), distance);
        }
        catch
        {
            distance?.Dispose();
            throw;
        }
    }

    private static RejectionRule Choose(
        TrainingRun run, ImageModel model, Rejection asked, Calibration? calibration, FeatureSet held, FeatureDistance? distance,
        TrainingLog log)
    {
        model.Head.eval();
        // Blocks are disposed one after the other; their distances, one number for each image, are kept by an alias.
        RejectionRule rule = RejectionRule.Fit(
            asked, Each(rows => (model.Head.call(rows) / (calibration?.Temperature ?? 1)).softmax(1)), Labels(run.Validation!, held),
            distance is null ? null : cat([.. Each(distance.Of).Select(block => block.alias())]));
        if (rule.Accuracy < asked.Precision)
        {
            log.Warnings([FormattableString.Invariant(
                $"No threshold makes {asked.Precision:p1} of the images right that are not rejected; {rule.Accuracy:p1} are.")]);
        }

        return rule;

        IEnumerable<Tensor> Each(Func<Tensor, Tensor> of)
        {
            foreach (Tensor block in held.Rows.Blocks())
            {
                using Tensor found = Apply(of, block);
                yield return found;
            }
        }
    }

    private static Tensor Apply(Func<Tensor, Tensor> of, Tensor rows)
    {
        using var scope = NewDisposeScope();
        return of(rows).MoveToOuterDisposeScope();
    }

    private static Tensor Labels(ImageSet images, FeatureSet features) =>
        tensor(features.Kept.Select(index => (long)images.Labels[index]).ToArray());
}
