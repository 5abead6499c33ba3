using TorchSharp;
using static TorchSharp.torch;

namespace MLTransfer.Training;

/// <summary>Counts over batches; the division comes last.</summary>
internal readonly record struct Tally(long Seen, long Correct, double LossSum)
{
    /// <summary>The fraction classified correctly; NaN where nothing was seen.</summary>
    public double Accuracy => Seen == 0 ? double.NaN : (double)Correct / Seen;

    /// <summary>The mean loss; NaN where nothing was seen.</summary>
    public double Loss => Seen == 0 ? double.NaN : LossSum / Seen;

    /// <summary>The counts of each class; null but for validation images.</summary>
    public ClassCounts? Classes { get; init; }

    /// <summary>How well the probabilities tell how often they are right; null but for validation images.</summary>
    public CalibrationMetrics? Calibration { get; init; }

    /// <summary>The mean of the classes' average precisions; null where it was not asked for.</summary>
    public double? MeanAveragePrecision { get; init; }

    public static Tally operator +(Tally left, Tally right) =>
        new(left.Seen + right.Seen, left.Correct + right.Correct, left.LossSum + right.LossSum);

    /// <summary>Counts a batch: logits (N, classes), labels (N), the mean loss over the batch.</summary>
    public static Tally Of(Tensor logits, Tensor labels, Tensor meanLoss)
    {
        using var running = new RunningTally();
        running.Add(logits, labels, meanLoss);
        return running.Read();
    }
}

/// <summary>Adds up what the metrics of validation images are made of.</summary>
/// <param name="isRanked">Whether there is the average precision, for which all probabilities are kept.</param>
internal sealed class ValidationTally(bool isRanked = false)
{
    private readonly CalibrationTally _calibration = new();
    private readonly List<(int Actual, IReadOnlyList<float> Probabilities)> _ranked = [];
    private ClassCounts? _classes;

    public ValidationTally(TrainingOptions options)
        : this(options.ChooseBy == EpochMetric.MeanAveragePrecision || options.Schedule.Metric == EpochMetric.MeanAveragePrecision)
    {
    }

    /// <summary>The counts and the loss so far.</summary>
    public Tally Sum { get; private set; }

    /// <summary>Adds a batch: logits (N, classes), labels (N).</summary>
    public void Add(Tensor logits, Tensor labels)
    {
        using var scope = NewDisposeScope();
        using var still = no_grad();
        Sum += Tally.Of(logits, labels, nn.functional.cross_entropy(logits, labels));
        ClassCounts classes = ClassCounts.Of(logits, labels);
        _classes = _classes is null ? classes : _classes + classes;
        foreach ((float[] probabilities, int label) in _calibration.Add(logits.to(ScalarType.Float32).softmax(1), labels))
        {
            if (isRanked) _ranked.Add((label, probabilities));
        }
    }

    /// <summary>All metrics of the batches so far.</summary>
    public Tally Read() => Sum with
    {
        Classes = _classes,
        Calibration = _calibration.Metrics,
        MeanAveragePrecision = isRanked ? AveragePrecision.Mean(_ranked) : null,
    };
}

/// <summary>
/// The area under the precision-recall curve of a class against all others, its images ranked by the probability of the class: the sum over
/// the ranks of precision times gain in recall, as scikit-learn's <c>average_precision_score</c>.
/// </summary>
internal static class AveragePrecision
{
    /// <summary>Of a class; NaN where it has no images. Images of equal probability are found together: their order says nothing.</summary>
    public static double Of(int label, IReadOnlyList<(int Actual, IReadOnlyList<float> Probabilities)> scored)
    {
        float[] order = [.. scored.Select(image => -image.Probabilities[label])];
        bool[] isOf = [.. scored.Select(image => image.Actual == label)];
        Array.Sort(order, isOf);
        double sum = 0;
        int found = 0, foundBefore = 0;
        for (int rank = 0; rank < order.Length; rank++)
        {
            if (isOf[rank]) found++;
            if (rank + 1 < order.Length && order[rank + 1] == order[rank]) continue;
            sum += (double)(found - foundBefore) * found / (rank + 1);
            foundBefore = found;
        }

        return found == 0 ? double.NaN : sum / found;
    }

    /// <summary>The mean over the classes that have images; NaN where none has.</summary>
    public static double Mean(IReadOnlyList<(int Actual, IReadOnlyList<float> Probabilities)> scored) => scored
        .Select(image => image.Actual).Distinct().Order().Select(label => Of(label, scored)).DefaultIfEmpty(double.NaN).Average();
}

/// <summary>Adds up counts on the device that computes them: to read them waits until it has done all that it was given.</summary>
internal sealed class RunningTally : IDisposable
{
    // A GPU computes while the next batches are prepared; to read after each would make it wait for them.
    private const int BatchesBetweenReads = 8;

    private long _seen;
    private int _batches;
    private Tally _lastRead;
    private Tensor? _correctAndLoss;

    /// <summary>Counts a batch: logits (N, classes), labels (N), the mean loss over the batch.</summary>
    public void Add(Tensor logits, Tensor labels, Tensor meanLoss)
    {
        using var scope = NewDisposeScope();
        using var untracked = no_grad();
        long seen = labels.shape[0];
        _seen += seen;
        _batches++;
        Tensor correct = logits.argmax(1).eq(labels).sum();
        Tensor batch = stack([correct.to(ScalarType.Float64), meanLoss.to(ScalarType.Float64) * seen]);
        if (_correctAndLoss is null) _correctAndLoss = batch.DetachFromDisposeScope();
        else _correctAndLoss.add_(batch);
    }

    public Tally Read()
    {
        if (_correctAndLoss is null) return default;
        using Tensor sums = _correctAndLoss.cpu();
        double[] values = sums.data<double>().ToArray();
        return _lastRead = new(_seen, (long)values[0], values[1]);
    }

    /// <summary>On a GPU, reads after the first batch and each eighth from there, and returns what was read last.</summary>
    public Tally ReadNowAndThen() =>
        _correctAndLoss is { } sums && IsReadAfter(_batches, sums.device_type) ? Read() : _lastRead;

    internal static bool IsReadAfter(int batches, DeviceType device) =>
        device == DeviceType.CPU || batches % BatchesBetweenReads == 1;

    /// <summary>Begins anew.</summary>
    public void Clear()
    {
        _correctAndLoss?.Dispose();
        (_seen, _batches, _lastRead, _correctAndLoss) = (0, 0, default, null);
    }

    public void Dispose() => Clear();
}

/// <summary>How many images of each class there were, were predicted, and were classified correctly.</summary>
internal sealed record ClassCounts(IReadOnlyList<long> Actual, IReadOnlyList<long> Predicted, IReadOnlyList<long> Right)
{
    /// <summary>
    /// The mean F1 score, 2 · right / (actual + predicted), of the classes that occur or were predicted; NaN where there are none.
    /// </summary>
    public double MacroF1 => Enumerable.Range(0, Actual.Count).Where(label => Actual[label] + Predicted[label] > 0)
        .Select(label => 2.0 * Right[label] / (Actual[label] + Predicted[label])).DefaultIfEmpty(double.NaN).Average();

    /// <summary>The mean recall, right / actual, of the classes that occur; NaN where none.</summary>
    public double MacroAccuracy => Enumerable.Range(0, Actual.Count).Where(label => Actual[label] > 0)
        .Select(label => (double)Right[label] / Actual[label]).DefaultIfEmpty(double.NaN).Average();

    /// <summary>
    /// The mean precision, right / predicted, of the classes that occur or were predicted; 0 where a class was never predicted, as in
    /// scikit-learn: otherwise a network would gain by leaving out a class. NaN where there are none.
    /// </summary>
    public double MacroPrecision => Enumerable.Range(0, Actual.Count).Where(label => Actual[label] + Predicted[label] > 0)
        .Select(label => (double)Right[label] / Math.Max(1, Predicted[label])).DefaultIfEmpty(double.NaN).Average();

    public static ClassCounts operator +(ClassCounts left, ClassCounts right)
    {
        return new(Sum(left.Actual, right.Actual), Sum(left.Predicted, right.Predicted), Sum(left.Right, right.Right));

        static long[] Sum(IReadOnlyList<long> one, IReadOnlyList<long> other) => [.. one.Zip(other, (first, second) => first + second)];
    }

    public static ClassCounts Of(Tensor logits, Tensor labels)
    {
        using var scope = NewDisposeScope();
        Tensor predicted = logits.detach().argmax(1);
        return new(Counts(labels), Counts(predicted), Counts(labels.masked_select(predicted.eq(labels))));

        long[] Counts(Tensor classes) => classes.bincount(null, logits.shape[1]).cpu().data<long>().ToArray();
    }
}

/// <summary>Measures images per second and the time left, for progress reports.</summary>
internal sealed class Throughput(TimeProvider clock, long total)
{
    private readonly long _start = clock.GetTimestamp();

    public long Done { get; private set; }

    public double Seconds => clock.GetElapsedTime(_start).TotalSeconds;

    public double PerSecond => Seconds > 0 ? Done / Seconds : 0;

    public void Add(long images) => Done += images;

    public TrainingProgress Report(TrainingPhase phase, int epoch, int epochs, Tally training, double validationAccuracy) => new(
        phase, epoch, epochs, Done, total, PerSecond, TimeSpan.FromSeconds(PerSecond > 0 ? Math.Max(0, total - Done) / PerSecond : 0),
        training.Loss, training.Accuracy, validationAccuracy);
}

/// <summary>Estimates from the reports of a training when its last epoch will end: what is left takes as long as what was done.</summary>
/// <param name="clock">Measures the time.</param>
/// <param name="validationImages">How many images each epoch is validated on.</param>
internal sealed class TimeLeft(TimeProvider clock, int validationImages)
{
    // Scoring an image takes about a third of the time of training on it: there is no backward pass.
    private const double ScoringCost = 1.0 / 3;

    private long? _start;
    private TimeSpan _firstReport;
    private double _doneBefore;
    private long _trainingImages;

    /// <summary>The time left after a report; null where nothing can be said yet, as in reports about features.</summary>
    public TimeSpan? After(TrainingProgress report)
    {
        if (report.Phase == TrainingPhase.Features) return null;
        if (report.Phase == TrainingPhase.Training) _trainingImages = report.Total;
        double epoch = _trainingImages + validationImages * ScoringCost;
        double doneNow = report switch
        {
            { Finished: not null } => epoch,
            { Phase: TrainingPhase.Validation } => _trainingImages + report.Done * ScoringCost,
            _ => report.Done,
        };
        double done = (report.Epoch - 1) * epoch + doneNow;
        if (_start is null)
        {
            // A resumed training begins with a later epoch. The first report comes after a batch.
            (_start, _doneBefore) = (clock.GetTimestamp(), done - doneNow);
            _firstReport = TimeSpan.FromSeconds(report.ImagesPerSecond > 0 ? report.Done / report.ImagesPerSecond : 0);
        }

        TimeSpan elapsed = _firstReport + clock.GetElapsedTime(_start.Value);
        return done > _doneBefore ? elapsed * ((report.Epochs * epoch - done) / (done - _doneBefore)) : null;
    }
}
