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
        Tally whole = Tally.OfValidation(logits, labels);
        Tally parts = Tally.OfValidation(logits[..2], labels[..2]) + Tally.OfValidation(logits[2..], labels[2..]);
        Assert.Equal((0.5 + 0.8 + 0) / 3, whole.Classes!.MacroF1, 1e-12);
        Assert.Equal((0.5 + 1 + 0) / 3, whole.Classes.MacroAccuracy, 1e-12);
        Assert.Equal((0.5 + 2.0 / 3 + 0) / 3, whole.Classes.MacroPrecision, 1e-12);
        Assert.Equal(whole.Classes.MacroF1, parts.Classes!.MacroF1, 1e-12);
        Assert.Equal(whole.Classes.MacroAccuracy, parts.Classes.MacroAccuracy, 1e-12);
        Assert.Equal(whole.Classes.MacroPrecision, parts.Classes.MacroPrecision, 1e-12);
    }

    private static EpochResult Epoch(int number, double accuracy, double loss, double macroF1) =>
        new(number, 1, 1, loss, accuracy, 1, 1)
        {
            ValidationMacroF1 = macroF1,
            ValidationMacroAccuracy = number == 3 ? 0.6 : 0.5,
            ValidationMacroPrecision = number == 4 ? 0.6 : 0.5,
        };
}
