using MLTransfer.Features;
using MLTransfer.Imaging;
using MLTransfer.Models;
using MLTransfer.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace MLTransfer.Estimators;

/// <summary>Trains a new head on features that the frozen backbone computes once for each image.</summary>
internal sealed class FeatureExtractionTrainer(TrainingRun run, ImageModel model, TrainingLog log)
{
    private readonly FeatureExtractionOptions _options = (FeatureExtractionOptions)run.Options;

    public ImageClassificationTransformer Train()
    {
        using var scope = NewDisposeScope();
        var throughput = new Throughput(TimeProvider.System, run.Training.Count * _options.Views + (run.Validation?.Count ?? 0));
        using FeatureRows rows = run.Rows(run.Training, model, _options.Views);
        using FeatureRows? more = ValidationRows();
        (FeatureSet training, FeatureSet? validation) = Extract(throughput, rows, more);
        double seconds = throughput.Seconds;
        FeatureData data = run.TrainingFeatures(training);
        FeatureData? held = validation is null ? null : run.Labelled(run.Validation!, validation);
        nn.Module<Tensor, Tensor> head = model.Head;
        using TrainingState state = new TrainingLoop(_options, run.Seed, TimeProvider.System, log, log.Finished).Run(
            new TrainableModel(head, head, []), data, held is null ? null : (_, _, _) => held.Score(head, new(_options)),
            _options.Cancellation);
        Calibration? calibration = _options.Calibrate ? held?.Calibrate(head) : null;
        FittedRejection? rejection = FittedRejection.Of(run, model, calibration, () => training, () => validation!, state, log);
        return ImageClassificationTransformer.Trained(run, model, state, new TrainingSummary(
            data.Count, held?.Count ?? 0, [.. training.Skipped, .. validation?.Skipped ?? []], state.Epochs, state.Best.Epoch,
            state.ValidationAccuracy, state.IsUnfinished, seconds, state.Seconds,
            seconds > 0 ? throughput.Done / seconds : 0)
        {
            LoaderWaitFraction = training.LoaderWaitFraction,
            BatchSize = _options.StepSize,
            Calibration = calibration,
            Rejection = rejection?.Rule,
        }, rejection?.Distance);
    }

    /// <summary>Searches for a learning rate of the head.</summary>
    public LearningRateCurve FindLearningRate()
    {
        using var scope = NewDisposeScope();
        using FeatureRows rows = run.Rows(run.Training, model, _options.Views);
        (FeatureSet training, _) = Extract(new(TimeProvider.System, run.Training.Count * _options.Views), rows, others: null);
        return new LearningRateFinder(_options, run.Seed).Run(
            new TrainableModel(model.Head, model.Head, []), run.TrainingFeatures(training), _options.Cancellation);
    }

    private FeatureRows? ValidationRows() => run.Validation is null ? null : run.Rows(run.Validation, model);

    /// <summary>
    /// Extracts the features of all images, which must be finite, and some of each set readable. The backbone is folded only during this
    /// call; the finished model folds its own.
    /// </summary>
    private (FeatureSet Training, FeatureSet? Validation) Extract(Throughput throughput, FeatureRows rows, FeatureRows? others)
    {
        // Before a large cache is verified, which takes seconds.
        log.Features(throughput, 0, _options.Epochs);
        using FeatureCache? cache = OpenCache(_options.CacheFolder);
        using FeatureCache? other = run.Validation is null ? null : OpenCache(_options.ValidationCacheFolder);
        using var frozen = new FrozenModel(model, run.InferenceType);
        FeatureExtractor extractor = run.Extractor(frozen, model);
        FeatureSet training = Features(run.Training, rows, cache, _options.ReusesFeatures, areValidation: false);
        FeatureSet? validation = run.Validation is null ? null
            : Features(run.Validation, others!, other ?? cache, _options.ReusesValidationFeatures, areValidation: true);
        Report(cache);
        Report(other);
        for (int view = 1; view < _options.Views; view++) ExtractView(view, extractor, throughput, rows);
        rows.RequireAllViews();
        TrainingRun.CheckFinite(training, run.Training);
        if (validation is not null) TrainingRun.CheckFinite(validation, run.Validation!);
        return (training, validation);

        FeatureSet Features(ImageSet images, FeatureRows rows, FeatureCache? cache, bool reuses, bool areValidation)
        {
            FeatureSet set = extractor.Extract(images.Images, rows, cache, Done, image => run.Skip(image, log), _options.Until, reuses);
            TrainingRun.CheckReadable(set.Skipped, set.Kept.Count);
            return set;

            void Done(int count, bool areCached)
            {
                log.Features(throughput, count, _options.Epochs);
                _options.Extracted?.Invoke(new(count, areValidation, areCached));
            }
        }
    }

    private void ExtractView(int view, FeatureExtractor extractor, Throughput throughput, FeatureRows rows)
    {
        using FeatureCache? cache = OpenCache(_options.CacheFolder, view);
        extractor.Extract(
            run.Training.Images, rows, cache, (done, _) => log.Features(throughput, done, _options.Epochs), skip: run.StopIfAsked,
            _options.Until, _options.ReusesFeatures, view);
        Report(cache);
    }

    private void Report(FeatureCache? cache)
    {
        if (cache is null) return;
        log.Warnings(cache.Warnings);
        if (cache.LostBecause is { } reason) _options.CacheLost?.Invoke(reason);
    }

    private FeatureCache? OpenCache(string? folder, int view = 0)
    {
        if (folder is null) return null;
        try
        {
            return FeatureCache.Open(
                folder,
                FeatureSource.Describe(
                    model, run.Backbone.Name, FeatureOutput.Bottleneck, run.Preprocessing, _options.Decoding, run.InferenceType,
                    // The same image is seen differently at another place of another list of images.
                    run.Device, view == 0 ? null : $"view {view}, seed {run.Seed}, images {run.Training.Fingerprint}"),
                model.FeatureWidth, _options.Until);
        }
        catch (IOException refusal) when (_options.CacheLost is not null)
        {
            _options.CacheLost(refusal.Message);
            return null;
        }
    }
}
