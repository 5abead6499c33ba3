using MLTransfer.Evaluation;
using MLTransfer.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace MLTransfer.Tests.Training;

public class EpochChoiceTests
{
    [Theory]
    [InlineData(EpochMetric.Accuracy, 2)] // as accurate as the third, with a lower loss
    [InlineData(EpochMetric.Loss, 4)]
    [InlineData(EpochMetric.MacroF1, 1)]
    [InlineData(EpochMetric.MacroAccuracy, 3)]
    [InlineData(EpochMetric.MacroPrecision, 4)]
    [InlineData(EpochMetric.MeanAveragePrecision, 1)]
    [InlineData(EpochMetric.CalibrationError, 3)]
    [InlineData(EpochMetric.BrierScore, 1)]
    public void The_best_epoch_is_that_of_the_metric(EpochMetric metric, int best)
    {
        EpochResult[] epochs =
        [
            Epoch(1, accuracy: 0.5, loss: 1.2, macroF1: 0.6), Epoch(2, 0.8, 1, 0.5), Epoch(3, 0.8, 1.1, 0.55), Epoch(4, 0.7, 0.9, 0.3),
        ];
        EpochResult chosen = epochs.Aggregate((before, epoch) => EpochChoice.IsBetter(epoch, before, metric) ? epoch : before);
        Assert.Equal(best, chosen.Epoch);
    }

    [Theory]
    [InlineData(0, 0, false)]
    [InlineData(2, 0, true)]
    [InlineData(3, 0, false)]
    [InlineData(3, 0.01, true)] // the third epoch's gain is too small
    public void A_training_stalls_after_so_many_epochs_without_a_gain(int patience, double leastGain, bool stalls)
    {
        double[] accuracies = [0.5, 0.6, 0.605, 0.6, 0.605];
        EpochResult[] epochs = [.. accuracies.Select((accuracy, index) => Epoch(index + 1, accuracy, 1, 1))];
        Assert.Equal(stalls, EpochChoice.HasStalled(epochs, EpochMetric.Accuracy, patience, leastGain));
    }

    [Fact]
    public void Without_validation_the_training_images_count_and_the_last_epoch_is_the_best()
    {
        EpochResult[] epochs = [.. new[] { 1.0, 0.9, 0.95 }.Select(
            (loss, index) => new EpochResult(index + 1, loss, 0.5, double.NaN, double.NaN, 1, 1))];
        Assert.True(EpochChoice.IsBetter(epochs[2], epochs[1], EpochMetric.Loss));
        Assert.False(EpochChoice.HasStalled(epochs, EpochMetric.Loss, 2, 0));
        Assert.True(EpochChoice.HasStalled(epochs, EpochMetric.Loss, 1, 0));
    }

    [Theory]
    [InlineData(EpochMetric.Accuracy, true)]
    [InlineData(EpochMetric.MacroF1, true)]
    [InlineData(EpochMetric.MacroAccuracy, true)]
    [InlineData(EpochMetric.MacroPrecision, true)]
    [InlineData(EpochMetric.Loss, false)]
    [InlineData(EpochMetric.MeanAveragePrecision, false)]
    [InlineData(EpochMetric.CalibrationError, false)]
    [InlineData(EpochMetric.BrierScore, false)]
    public void Where_all_images_are_right_a_metric_of_probabilities_can_still_gain(EpochMetric metric, bool countsRightOnly) =>
        Assert.Equal(countsRightOnly, EpochChoice.CountsRightOnly(metric));

    [Fact]
    public void Classes_without_images_are_left_out_of_the_mean_average_precision() =>
        Assert.Equal(1, AveragePrecision.Mean([(0, [0.8f, 0.1f, 0.1f]), (1, [0.1f, 0.5f, 0.4f])]));

    [Fact]
    public void Without_images_there_is_no_mean_average_precision() => Assert.Equal(double.NaN, AveragePrecision.Mean([]));

    [Fact]
    public void Every_metric_has_a_word() =>
        Assert.Equal(Enum.GetNames<EpochMetric>().Length, EpochChoice.Names.Distinct().Count());

    // The classes' F1 scores are 1/2, 4/5 and 0, their recalls 1/2, 1 and 0, their precisions 1/2, 2/3 and, never predicted, 0; the fourth
    // class neither occurs nor is predicted.
    [Fact]
    public void Macro_metrics_are_the_mean_over_the_classes_that_occur_or_are_predicted()
    {
        using var scope = NewDisposeScope();
        Tensor labels = tensor(new long[] { 0, 0, 1, 1, 2 }), predicted = tensor(new long[] { 0, 1, 1, 1, 0 });
        Tensor logits = nn.functional.one_hot(predicted, 4).to(ScalarType.Float32);
        var tally = new ValidationTally();
        tally.Add(logits[..2], labels[..2]);
        tally.Add(logits[2..], labels[2..]);
        ClassCounts classes = tally.Read().Classes!;
        Assert.Equal((0.5 + 0.8 + 0) / 3, classes.MacroF1, 1e-12);
        Assert.Equal((0.5 + 1 + 0) / 3, classes.MacroAccuracy, 1e-12);
        Assert.Equal((0.5 + 2.0 / 3 + 0) / 3, classes.MacroPrecision, 1e-12);
    }

    // The report is computed from all images at once; its metrics are compared with ML.NET's and scikit-learn's elsewhere.
    [Fact]
    public void The_metrics_of_batches_are_those_of_the_report()
    {
        const int Images = 40, Classes = 3;
        using var scope = NewDisposeScope();
        using var generator = new Generator(1);
        Tensor logits = randn(Images, Classes, generator: generator);
        Tensor labels = randint(0, Classes, [Images], generator: generator);
        var tally = new ValidationTally(isRanked: true);
        for (int from = 0; from < Images; from += 7)
        {
            int rows = Math.Min(7, Images - from);
            tally.Add(logits.narrow(0, from, rows), labels.narrow(0, from, rows));
        }

        EpochResult epoch = new EpochResult(1, 1, 1, 0, 0, 1, 1).Validated(tally.Read());
        var report = ClassificationReport.FromPredictions(["a", "b", "c"], logits.softmax(1).data<float>().ToArray().Chunk(Classes)
            .Zip(labels.data<long>(), (row, label) => ((int)label, (IReadOnlyList<float>)row)));
        Assert.Equal(report.MicroAccuracy, epoch.ValidationAccuracy, 1e-12);
        Assert.Equal(report.MacroAccuracy, epoch.ValidationMacroAccuracy, 1e-12);
        // Single precision: the loss of a batch is a mean of logarithms of unrounded probabilities.
        Assert.Equal(report.LogLoss, epoch.ValidationLoss, 1e-5);
        Assert.Equal(report.PerClass.Average(metrics => metrics.F1), epoch.ValidationMacroF1, 1e-12);
        Assert.Equal(report.PerClass.Average(metrics => metrics.Precision), epoch.ValidationMacroPrecision, 1e-12);
        Assert.Equal(report.PerClass.Average(metrics => metrics.AveragePrecision), epoch.ValidationMeanAveragePrecision, 1e-6);
        Assert.Equal(report.Calibration.CalibrationError, epoch.ValidationCalibrationError, 1e-6);
        Assert.Equal(report.Calibration.BrierScore, epoch.ValidationBrierScore, 1e-6);
    }

    [Theory]
    [InlineData(EpochMetric.MeanAveragePrecision, null, true)]
    [InlineData(EpochMetric.Accuracy, EpochMetric.MeanAveragePrecision, true)]
    [InlineData(EpochMetric.BrierScore, null, false)]
    public void Probabilities_are_kept_only_where_something_depends_on_average_precision(
        EpochMetric chooseBy, EpochMetric? plateau, bool isThere)
    {
        using var scope = NewDisposeScope();
        var tally = new ValidationTally(new FeatureExtractionOptions
        {
            ChooseBy = chooseBy,
            Schedule = plateau is { } metric ? LearningRateSchedule.Plateau(metric: metric) : ScheduleKind.Cosine,
        });
        tally.Add(tensor(new float[] { 2, 1, 1, 2 }, [2, 2]), tensor(new long[] { 0, 1 }));
        Assert.Equal(isThere ? 1 : null, tally.Read().MeanAveragePrecision);
    }

    private static EpochResult Epoch(int number, double accuracy, double loss, double macroF1) =>
        new(number, 1, 1, loss, accuracy, 1, 1)
        {
            ValidationMacroF1 = macroF1,
            ValidationMacroAccuracy = number == 3 ? 0.6 : 0.5,
            ValidationMacroPrecision = number == 4 ? 0.6 : 0.5,
            ValidationMeanAveragePrecision = number == 1 ? 0.6 : 0.5,
            ValidationCalibrationError = number == 3 ? 0.1 : 0.2,
            ValidationBrierScore = number == 1 ? 0.3 : 0.4,
        };
}
