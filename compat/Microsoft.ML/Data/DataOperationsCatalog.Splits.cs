using Microsoft.ML.Data;
using Microsoft.ML.Runtime;

namespace Microsoft.ML;

public sealed partial class DataOperationsCatalog
{
    // What ML.NET splits with when neither the call nor the context has a seed.
    private const int DefaultSplitSeed = 42;

    public TrainTestData TrainTestSplit(IDataView data, double testFraction = 0.1, string samplingKeyColumnName = null, int? seed = null)
    {
        Contracts.CheckValue(data, nameof(data));
        Contracts.CheckParam(testFraction > 0 && testFraction < 1, nameof(testFraction), "Must be between 0 and 1 exclusive");
        return Split(data, Numbers(data, samplingKeyColumnName, seed), 0, testFraction, includeMax: false);
    }

    public IReadOnlyList<TrainTestData> CrossValidationSplit(IDataView data, int numberOfFolds = 5, string samplingKeyColumnName = null, int? seed = null)
    {
        Contracts.CheckValue(data, nameof(data));
        Contracts.CheckParam(numberOfFolds > 1, nameof(numberOfFolds), "Must be more than 1");
        SplitNumbers numbers = Numbers(data, samplingKeyColumnName, seed);
        return Enumerable.Range(0, numberOfFolds)
            .Select(fold => Split(data, numbers, (double)fold / numberOfFolds, (double)(fold + 1) / numberOfFolds, includeMax: true))
            .ToArray();
    }

    private static TrainTestData Split(IDataView data, SplitNumbers numbers, double min, double max, bool includeMax) => new(
        new FilteredDataView(data, new SplitCondition(numbers, min, max, includeMax, complement: true)),
        new FilteredDataView(data, new SplitCondition(numbers, min, max, includeMax, complement: false)));

    private SplitNumbers Numbers(IDataView data, string samplingKeyColumnName, int? seed) =>
        SplitNumbers.Of(data, samplingKeyColumnName, seed ?? _environment.Seed ?? DefaultSplitSeed);

    /// <summary>Two parts of a data view.</summary>
    public struct TrainTestData
    {
        public readonly IDataView TrainSet;

        public readonly IDataView TestSet;

        internal TrainTestData(IDataView trainSet, IDataView testSet)
        {
            TrainSet = trainSet;
            TestSet = testSet;
        }
    }
}
