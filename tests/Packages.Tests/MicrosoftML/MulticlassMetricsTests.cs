using Microsoft.ML;
using Microsoft.ML.Data;

namespace Packages.Tests.MicrosoftML;

public sealed class MulticlassMetricsTests
{
    // Scores are floats, whose logarithms agree with those of the decimals below to 1e-6.
    private const int Digits = 6;

    private readonly MLContext _ml = new(seed: 1);

    private static Scored[] Rows =>
    [
        new() { Label = 0, Score = [0.7f, 0.2f, 0.1f] },
        new() { Label = 0, Score = [0.3f, 0.4f, 0.3f] },
        new() { Label = 1, Score = [0.1f, 0.8f, 0.1f] },
        new() { Label = 2, Score = [0.2f, 0.3f, 0.5f] },
        new() { Label = 2, Score = [0.5f, 0.25f, 0.25f] },
    ];

    [Fact]
    public void Accuracies_are_those_counted_by_hand()
    {
        var metrics = Evaluate(Rows);
        Assert.Equal(3 / 5.0, metrics.MicroAccuracy, Digits);
        Assert.Equal((0.5 + 1 + 0.5) / 3, metrics.MacroAccuracy, Digits);
    }

    [Fact]
    public void Log_loss_is_the_mean_of_the_logarithms_of_the_right_classes_probabilities()
    {
        var metrics = Evaluate(Rows);
        double loss = -(Math.Log(0.7) + Math.Log(0.3) + Math.Log(0.8) + Math.Log(0.5) + Math.Log(0.25)) / 5;
        double entropy = -((0.8 * Math.Log(0.4)) + (0.2 * Math.Log(0.2)));
        Assert.Equal(loss, metrics.LogLoss, Digits);
        Assert.Equal((entropy - loss) / entropy, metrics.LogLossReduction, Digits);
        Assert.Equal(-(Math.Log(0.7) + Math.Log(0.3)) / 2, metrics.PerClassLogLoss[0], Digits);
        Assert.Equal(-Math.Log(0.8), metrics.PerClassLogLoss[1], Digits);
        Assert.Equal(-(Math.Log(0.5) + Math.Log(0.25)) / 2, metrics.PerClassLogLoss[2], Digits);
    }

    [Fact]
    public void Of_equal_scores_the_first_comes_first_in_the_top_k()
    {
        var metrics = Evaluate(Rows, topK: 3);
        Assert.Equal(3, metrics.TopKPredictionCount);
        Assert.Equal([0.6, 0.8, 1.0], metrics.TopKAccuracyForAllK.Select(accuracy => Math.Round(accuracy, Digits)));
        Assert.Equal(1.0, metrics.TopKAccuracy, Digits);
        Assert.Null(Evaluate(Rows).TopKAccuracyForAllK);
    }

    [Fact]
    public void The_confusion_matrix_has_a_row_for_each_actual_class()
    {
        ConfusionMatrix matrix = Evaluate(Rows).ConfusionMatrix;
        Assert.Equal(3, matrix.NumberOfClasses);
        Assert.Equal([[1, 1, 0], [0, 1, 0], [1, 0, 1]], matrix.Counts);
        Assert.Equal(1, matrix.GetCountForClassPair(predictedClassIndicatorIndex: 1, actualClassIndicatorIndex: 0));
        Assert.Equal([0.5, 0.5, 1], matrix.PerClassPrecision);
        Assert.Equal([0.5, 1, 0.5], matrix.PerClassRecall);
        Assert.Throws<ArgumentOutOfRangeException>(() => matrix.GetCountForClassPair(3, 0));
    }

    [Fact]
    public void It_can_be_printed()
    {
        string expected = """

            Confusion table
                      ||========================
            PREDICTED ||     0 |     1 |     2 | Recall
            TRUTH     ||========================
                    0 ||     1 |     1 |     0 | 0.5000
                    1 ||     0 |     1 |     0 | 1.0000
                    2 ||     1 |     0 |     1 | 0.5000
                      ||========================
            Precision ||0.5000 |0.5000 |1.0000 |

            """;
        Assert.Equal(expected.ReplaceLineEndings(), Evaluate(Rows).ConfusionMatrix.GetFormattedConfusionTable());
    }

    [Fact]
    public void Names_of_classes_too_long_for_the_header_are_numbered()
    {
        SchemaDefinition definition = SchemaDefinition.Create(typeof(Scored));
        definition["Score"].AddAnnotation("SlotNames", new[] { "ants", "bees", "butterflies" }, new VectorDataViewType(TextDataViewType.Instance, 3));
        string table = _ml.MulticlassClassification.Evaluate(_ml.Data.LoadFromEnumerable(Rows, definition)).ConfusionMatrix.GetFormattedConfusionTable();
        Assert.Contains("PREDICTED      ||     0 |     1 |     2 | Recall", table, StringComparison.Ordinal);
        Assert.Contains("2. butterflies ||     1 |     0 |     1 | 0.5000", table, StringComparison.Ordinal);
        Assert.Contains("0.        ants ||", table, StringComparison.Ordinal);
    }

    [Fact]
    public void Rows_without_a_label_or_with_scores_that_are_no_numbers_do_not_count()
    {
        Scored[] more = [.. Rows, new() { Label = 3, Score = [1, 0, 0] }, new() { Label = 0, Score = [float.NaN, 0, 0] }, new() { Label = 0, Score = [float.PositiveInfinity, 0, 0] }];
        var metrics = Evaluate(more);
        Assert.Equal(3 / 5.0, metrics.MicroAccuracy, Digits);
        Assert.Equal(Evaluate(Rows).LogLoss, metrics.LogLoss, Digits);
    }

    [Fact]
    public void A_class_the_model_does_not_know_counts_as_wrong_with_the_least_probability()
    {
        FloatLabelled[] rows = [new() { Label = 0, Score = [1, 0, 0] }, new() { Label = 7, Score = [1, 0, 0] }];
        var metrics = _ml.MulticlassClassification.Evaluate(_ml.Data.LoadFromEnumerable(rows));
        Assert.Equal(0.5, metrics.MicroAccuracy, Digits);
        Assert.Equal(-Math.Log(1e-15) / 2, metrics.LogLoss, Digits);
        Assert.Equal(1, metrics.ConfusionMatrix.Counts.Sum(row => row.Sum()));
    }

    [Fact]
    public void Nothing_seen_has_no_reduction()
    {
        var metrics = Evaluate([]);
        Assert.Equal((0.0, 0.0), (metrics.MicroAccuracy, metrics.LogLoss));
        Assert.True(double.IsNaN(metrics.LogLossReduction));
    }

    [Fact]
    public void Missing_and_wrong_columns_are_told_by_name()
    {
        IDataView data = _ml.Data.LoadFromEnumerable(Rows);
        Assert.Contains("Scores column 'Score' not found", Thrown(() => _ml.MulticlassClassification.Evaluate(data, scoreColumnName: "Scores")), StringComparison.Ordinal);
        Assert.Contains("Schema mismatch for label column 'Name': expected Single or Key, got String", Thrown(() => _ml.MulticlassClassification.Evaluate(data, labelColumnName: "Name")), StringComparison.Ordinal);
        Assert.Contains("Schema mismatch for score column 'Label'", Thrown(() => _ml.MulticlassClassification.Evaluate(data, scoreColumnName: "Label")), StringComparison.Ordinal);
    }

    [Fact]
    public void Cross_validation_measures_each_row_once()
    {
        IDataView data = _ml.Data.LoadFromEnumerable(Enumerable.Range(0, 20).SelectMany(_ => Rows).ToArray());
        var folds = _ml.MulticlassClassification.CrossValidate(data, _ml.Transforms.CopyColumns("Copy", "Score"), numberOfFolds: 4);
        Assert.Equal([0, 1, 2, 3], folds.Select(fold => fold.Fold));
        Assert.Equal(100, folds.Sum(fold => fold.Metrics.ConfusionMatrix.Counts.Sum(row => row.Sum())));
        Assert.All(folds, fold => Assert.NotNull(fold.ScoredHoldOutSet.Schema.GetColumnOrNull("Copy")));
    }

    private static string Thrown(Action action) => Assert.Throws<ArgumentOutOfRangeException>(action).Message;

    private MulticlassClassificationMetrics Evaluate(Scored[] rows, int topK = 0) =>
        _ml.MulticlassClassification.Evaluate(_ml.Data.LoadFromEnumerable(rows), topKPredictionCount: topK);

    private sealed class Scored
    {
        [KeyType(3)]
        public uint Label { get; set; }

        [VectorType(3)]
        public float[] Score { get; set; } = [];

        [KeyType(3)]
        public uint PredictedLabel { get; set; }

        public string Name { get; set; } = "";
    }

    private sealed class FloatLabelled
    {
        public float Label { get; set; }

        [VectorType(3)]
        public float[] Score { get; set; } = [];

        public float PredictedLabel { get; set; }
    }
}
