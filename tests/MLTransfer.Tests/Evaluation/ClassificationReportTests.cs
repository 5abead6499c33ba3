using MLTransfer.Evaluation;

namespace MLTransfer.Tests.Evaluation;

public class ClassificationReportTests
{
    private static readonly string[] Labels = ["ants", "bees", "wasps"];

    // Three ants (two right, one called a bee), one bee (right), no wasp.
    private static readonly (int Actual, IReadOnlyList<float> Probabilities)[] Scored =
    [
        (0, [0.5f, 0.25f, 0.25f]),
        (0, [1f, 0f, 0f]),
        (0, [0.25f, 0.5f, 0.25f]),
        (1, [0.125f, 0.75f, 0.125f]),
    ];

    [Fact]
    public void Images_are_counted_by_actual_and_predicted_class()
    {
        var report = ClassificationReport.FromPredictions(Labels, Scored);
        Assert.Equal(4, report.Images);
        Assert.Equal(new long[] { 2, 1, 0 }, report.Confusion[0]);
        Assert.Equal(new long[] { 0, 1, 0 }, report.Confusion[1]);
        Assert.Equal(new long[] { 0, 0, 0 }, report.Confusion[2]);
    }

    [Fact]
    public void Micro_accuracy_weighs_images_and_macro_accuracy_weighs_classes_seen()
    {
        var report = ClassificationReport.FromPredictions(Labels, Scored);
        Assert.Equal(3.0 / 4, report.MicroAccuracy);
        Assert.Equal((2.0 / 3 + 1) / 2, report.MacroAccuracy, 15); // the class without images does not count; 15 digits: one rounding
    }

    [Fact]
    public void Log_loss_is_the_mean_negative_logarithm_of_the_true_class()
    {
        var report = ClassificationReport.FromPredictions(Labels, Scored);
        var byHand = (Math.Log(2) + 0 + Math.Log(4) + Math.Log(4.0 / 3)) / 4;
        Assert.Equal(byHand, report.LogLoss, 14); // 14 digits: a sum of four logarithms
    }

    [Fact]
    public void A_true_class_of_probability_zero_costs_what_ML_NET_says()
    {
        var report = ClassificationReport.FromPredictions(Labels, [(2, [1f, 0f, 0f])]);
        Assert.Equal(-Math.Log(1e-15f), report.LogLoss);
    }

    [Fact]
    public void Precision_and_recall_are_not_numbers_where_nothing_was_seen()
    {
        var wasps = ClassificationReport.FromPredictions(Labels, Scored).PerClass[2];
        Assert.Equal(new ClassMetrics("wasps", double.NaN, double.NaN, 0), wasps);
    }

    [Fact]
    public void Precision_divides_by_the_predicted_and_recall_by_the_actual()
    {
        var report = ClassificationReport.FromPredictions(Labels, Scored);
        Assert.Equal(new ClassMetrics("ants", 1, 2.0 / 3, 3) { AveragePrecision = 1 }, report.PerClass[0]);
        Assert.Equal(new ClassMetrics("bees", 1.0 / 2, 1, 1) { AveragePrecision = 1 }, report.PerClass[1]);
    }

    [Fact]
    public void F1_is_the_harmonic_mean_of_precision_and_recall()
    {
        var report = ClassificationReport.FromPredictions(Labels, Scored);
        Assert.Equal(2 * 2.0 / (2 * 2 + 0 + 1), report.PerClass[0].F1, 15); // 2 TP / (2 TP + FP + FN); 15 digits: one rounding
        Assert.Equal(2 * 1.0 / (2 * 1 + 1 + 0), report.PerClass[1].F1, 15);
        Assert.Equal(double.NaN, report.PerClass[2].F1);
        Assert.Equal(0, ClassificationReport.FromPredictions(Labels, [(0, [0f, 1f, 0f])]).PerClass[0].F1); // nothing of it was found
    }

    // The example of scikit-learn's average_precision_score: classes 0, 0, 1, 1 with scores 0.1, 0.4, 0.35, 0.8 have 0.83.
    [Fact]
    public void Average_precision_sums_the_precision_at_each_gain_in_recall()
    {
        var report = ClassificationReport.FromPredictions(
            ["not", "is"], [(0, [0.9f, 0.1f]), (0, [0.6f, 0.4f]), (1, [0.65f, 0.35f]), (1, [0.2f, 0.8f])]);
        Assert.Equal(1.0 / 2 * 1 + 1.0 / 2 * 2 / 3, report.PerClass[1].AveragePrecision, 15);
    }

    [Fact]
    public void Images_of_equal_probability_are_ranked_together()
    {
        var report = ClassificationReport.FromPredictions(["not", "is"], [(1, [0.5f, 0.5f]), (0, [0.5f, 0.5f]), (0, [0.5f, 0.5f])]);
        Assert.Equal(1.0 / 3, report.PerClass[1].AveragePrecision, 15);
    }

    [Fact]
    public void Of_equally_probable_classes_the_first_is_predicted()
    {
        var report = ClassificationReport.FromPredictions(Labels, [(1, [0.25f, 0.375f, 0.375f])]);
        Assert.Equal(1, report.Confusion[1][1]);
    }

    [Fact]
    public void Nothing_scored_is_not_a_number_rather_than_zero()
    {
        var report = ClassificationReport.FromPredictions(Labels, []);
        Assert.Equal(0, report.Images);
        Assert.Equal(double.NaN, report.MicroAccuracy);
        Assert.Equal(double.NaN, report.MacroAccuracy);
        Assert.Equal(double.NaN, report.LogLoss);
    }

    [Fact]
    public void Confusions_are_listed_from_the_most_frequent_without_the_diagonal()
    {
        var report = ClassificationReport.FromPredictions(Labels, [.. Scored, .. Scored, (1, [0f, 0f, 1f]), (2, [0f, 0f, 1f])]);
        Assert.Equal([(0, 1, 2L), (1, 2, 1L)], report.LargestConfusions());
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(3)]
    public void A_class_that_does_not_exist_is_refused(int actual)
    {
        var refusal = Assert.Throws<ArgumentException>(() => ClassificationReport.FromPredictions(Labels, [(actual, [1f, 0f, 0f])]));
        Assert.Equal($"An image is of class {actual}, but classes are numbered 0 to 2.", refusal.Message);
    }

    [Fact]
    public void A_row_of_another_length_is_refused()
    {
        var refusal = Assert.Throws<ArgumentException>(() => ClassificationReport.FromPredictions(Labels, [(0, [1f])]));
        Assert.Equal("An image has 1 probabilities, but there are 3 classes.", refusal.Message);
    }
}
