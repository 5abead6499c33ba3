using Microsoft.ML.Runtime;

namespace Microsoft.ML.Data;

/// <summary>How many rows of each actual class, the first index, were taken for each class, the second.</summary>
public sealed class ConfusionMatrix
{
    private readonly IReadOnlyList<string> _classNames;

    internal ConfusionMatrix(IReadOnlyList<IReadOnlyList<double>> counts, IReadOnlyList<string> classNames)
    {
        Counts = counts;
        _classNames = classNames;
        PerClassPrecision = Enumerable.Range(0, NumberOfClasses).Select(index => Fraction(counts[index][index], counts.Sum(row => row[index]))).ToArray();
        PerClassRecall = counts.Select((row, index) => Fraction(row[index], row.Sum())).ToArray();
    }

    public IReadOnlyList<double> PerClassPrecision { get; }

    public IReadOnlyList<double> PerClassRecall { get; }

    public IReadOnlyList<IReadOnlyList<double>> Counts { get; }

    public int NumberOfClasses => Counts.Count;

    public string GetFormattedConfusionTable() => ConfusionTable.Of(this, _classNames);

    public double GetCountForClassPair(int predictedClassIndicatorIndex, int actualClassIndicatorIndex)
    {
        CheckIndex(predictedClassIndicatorIndex, nameof(predictedClassIndicatorIndex));
        CheckIndex(actualClassIndicatorIndex, nameof(actualClassIndicatorIndex));
        return Counts[actualClassIndicatorIndex][predictedClassIndicatorIndex];
    }

    private static double Fraction(double part, double whole) => whole > 0 ? part / whole : 0;

    private void CheckIndex(int index, string parameter) =>
        Contracts.CheckParam(index >= 0 && index < Counts.Count, parameter, "Invalid index. Should be non-negative, less than the number of classes.");
}
