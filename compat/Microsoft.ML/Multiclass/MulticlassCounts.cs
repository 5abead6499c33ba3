namespace Microsoft.ML.Data;

/// <summary>What ML.NET counts of each row, and the metrics it makes of the counts.</summary>
internal sealed class MulticlassCounts(int classes)
{
    private const float SmallestProbability = 1e-15f;

    private readonly double[][] _confusion = Enumerable.Range(0, classes).Select(_ => new double[classes]).ToArray();
    private readonly double[] _rowsOfClass = new double[classes];
    private readonly double[] _lossOfClass = new double[classes];
    private readonly double[] _rowsOfRank = new double[classes + 1];
    private double _rows;
    private double _loss;

    /// <param name="actual">The class of the row, which may be one that the model does not know.</param>
    /// <param name="scores">The probability of each class that the model knows.</param>
    public void Add(int actual, float[] scores)
    {
        bool isKnown = actual < classes;
        float probability = isKnown ? scores[actual] : 0;
        double loss = -Math.Log(Math.Min(1, Math.Max(SmallestProbability, probability)));
        // Of equal scores the first comes first: the rank of the actual class counts those before it.
        int rank = scores.Where((score, index) => score > probability || (score == probability && index < actual)).Count();
        _rows++;
        _loss += loss;
        _rowsOfRank[rank]++;
        if (!isKnown)
            return;
        _rowsOfClass[actual]++;
        _lossOfClass[actual] += loss;
        _confusion[actual][rank == 0 ? actual : Array.IndexOf(scores, scores.Max())]++;
    }

    public MulticlassClassificationMetrics Metrics(IReadOnlyList<string> classNames, int topK)
    {
        double[] recalls = Enumerable.Range(0, classes).Where(index => _rowsOfClass[index] > 0).Select(index => _confusion[index][index] / _rowsOfClass[index]).ToArray();
        double logLoss = _rows > 0 ? _loss / _rows : 0;
        double entropy = -_rowsOfClass.Where(rows => rows != 0).Sum(rows => rows * Math.Log(rows / _rows)) / _rows;
        return new MulticlassClassificationMetrics
        {
            MicroAccuracy = _rows > 0 ? _rowsOfRank[0] / _rows : 0,
            MacroAccuracy = recalls.Length > 0 ? recalls.Average() : 0,
            LogLoss = logLoss,
            LogLossReduction = (entropy - logLoss) / entropy,
            PerClassLogLoss = _lossOfClass.Zip(_rowsOfClass, (loss, rows) => rows > 0 ? loss / rows : 0).ToArray(),
            TopKPredictionCount = topK,
            TopKAccuracyForAllK = topK > 0 ? Cumulative(_rowsOfRank.Take(topK).Select(rows => rows / _rows)).ToArray() : null,
            ConfusionMatrix = new ConfusionMatrix(_confusion, classNames),
        };
    }

    private static IEnumerable<double> Cumulative(IEnumerable<double> values)
    {
        double sum = 0;
        return values.Select(value => sum += value);
    }
}
