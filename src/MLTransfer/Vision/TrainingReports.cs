using Microsoft.ML.Runtime;
using Microsoft.ML.Trainers;
using MLTransfer.Errors;
using MLTransfer.Estimators;
using MLTransfer.Training;
using static MLTransfer.Vision.ImageClassificationTrainer;

namespace MLTransfer.Vision;

/// <summary>What one training tells the metrics callback, when it stops, and the learning rate of its steps.</summary>
/// <param name="options">The options.</param>
/// <param name="channel">The log.</param>
internal sealed class TrainingReports(Options options, IChannel channel)
{
    private readonly EarlyStopping? _stopping = options.EarlyStoppingCriteria?.Fresh();
    private readonly Action<ImageClassificationMetrics> _report =
        options.MetricsCallback ?? (metrics => channel.Trace(MessageSensitivity.None, metrics.ToString()));

    private int _trainingImages;
    private int _validationImages;
    private int _batches;
    private float _learningRate;

    /// <summary>The learning rate before the first step.</summary>
    public static float FirstRate(Options options) => RateOf(options, epoch: 0, batch: 0, batchesPerEpoch: 1);

    /// <summary>The learning rate of a step, relative to that before the first.</summary>
    public StepRate Rate()
    {
        float first = FirstRate(options);
        return step =>
        {
            _batches = step.Step + 1;
            _learningRate = RateOf(options, step.Epoch - 1, step.Step, step.StepsPerEpoch);
            return float.IsFinite(_learningRate) && _learningRate >= 0
                ? (double)_learningRate / first
                : throw new OptionException(
                    $"LearningRateScheduler gives step {step.Step} of epoch {step.Epoch - 1} the learning rate {_learningRate}; it must be "
                    + $"0 or a positive number. {options.LearningRateScheduler!.GetType().Name} needs an epoch of at least one whole step "
                    + "for each decay.");
        };
    }

    /// <summary>Reports images whose features were computed; those of the cache are counted.</summary>
    public void Extracted(ExtractedImages images)
    {
        ref int count = ref images.AreValidation ? ref _validationImages : ref _trainingImages;
        for (int image = 0; image < images.Count; image++)
        {
            count++;
            if (!images.AreCached) _report(new() { Bottleneck = new() { DatasetUsed = SetOf(images.AreValidation), Index = count } });
        }
    }

    /// <summary>Reports an epoch, and says whether it is the last.</summary>
    public bool Finished(EpochResult epoch)
    {
        if (options.TestOnTrainSet)
            _report(new() { Train = Metrics(epoch, false, epoch.TrainingAccuracy, epoch.Loss, _learningRate, _batches) });
        if (double.IsNaN(epoch.ValidationAccuracy)) return false;
        int batches = (_validationImages + options.BatchSize - 1) / options.BatchSize;
        TrainMetrics validation =
            Metrics(epoch, true, epoch.ValidationAccuracy, epoch.ValidationLoss, options.LearningRate, batches);
        _report(new() { Train = validation });
        return _stopping?.ShouldStop(validation) ?? false;
    }

    private static float RateOf(Options options, int epoch, int batch, int batchesPerEpoch) =>
        options.LearningRateScheduler is { } scheduler
            ? MLNetInternals.LearningRate(scheduler, epoch, batch, options.BatchSize, batchesPerEpoch) : options.LearningRate;

    private static TrainMetrics Metrics(
        EpochResult epoch, bool ofValidation, double accuracy, double loss, float learningRate, int batches) => new()
        {
            DatasetUsed = SetOf(ofValidation),
            BatchProcessedCount = batches,
            Epoch = epoch.Epoch - 1,
            Accuracy = (float)accuracy,
            CrossEntropy = (float)loss,
            LearningRate = learningRate,
        };

    private static ImageClassificationMetrics.Dataset SetOf(bool ofValidation) =>
        ofValidation ? ImageClassificationMetrics.Dataset.Validation : ImageClassificationMetrics.Dataset.Train;
}
