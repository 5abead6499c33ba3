using Microsoft.ML;
using Microsoft.ML.Data;

namespace Packages.Tests.MicrosoftML;

public sealed class SplitTests
{
    private const int Rows = 1000;

    private readonly MLContext _ml = new(seed: 1);

    [Fact]
    public void Each_row_is_in_exactly_one_part()
    {
        var split = _ml.Data.TrainTestSplit(Data(), testFraction: 0.3);
        Assert.Equal(Enumerable.Range(0, Rows), Numbers(split.TrainSet).Concat(Numbers(split.TestSet)).Order());
    }

    [Fact]
    public void The_test_part_is_near_its_fraction()
    {
        // Rows are drawn one by one: 1000 draws of 0.3 have a standard deviation of 14.5; seven of them are 100.
        int test = Numbers(_ml.Data.TrainTestSplit(Data(), testFraction: 0.3).TestSet).Length;
        Assert.InRange(test, 200, 400);
    }

    [Fact]
    public void The_seed_decides_and_each_reading_is_the_same()
    {
        var split = _ml.Data.TrainTestSplit(Data(), seed: 5);
        int[] test = Numbers(split.TestSet);
        Assert.Equal(test, Numbers(split.TestSet));
        Assert.Equal(test, Numbers(_ml.Data.TrainTestSplit(Data(), seed: 5).TestSet));
        Assert.NotEqual(test, Numbers(_ml.Data.TrainTestSplit(Data(), seed: 6).TestSet));
    }

    [Fact]
    public void Without_a_seed_the_seed_of_the_context_decides()
    {
        int[] test = Numbers(_ml.Data.TrainTestSplit(Data()).TestSet);
        Assert.Equal(test, Numbers(new MLContext(seed: 1).Data.TrainTestSplit(Data()).TestSet));
        Assert.NotEqual(test, Numbers(new MLContext(seed: 2).Data.TrainTestSplit(Data()).TestSet));
    }

    [Fact]
    public void Rows_with_the_same_sampling_key_stay_together()
    {
        var split = _ml.Data.TrainTestSplit(Data(), testFraction: 0.5, samplingKeyColumnName: "Group");
        string[] train = split.TrainSet.GetColumn<string>("Group").Distinct().ToArray();
        string[] test = split.TestSet.GetColumn<string>("Group").Distinct().ToArray();
        Assert.Empty(train.Intersect(test));
        Assert.Equal(50, train.Length + test.Length);
    }

    [Fact]
    public void Every_row_is_tested_in_one_fold_and_trained_on_in_the_others()
    {
        var folds = _ml.Data.CrossValidationSplit(Data(), numberOfFolds: 4);
        Assert.Equal(4, folds.Count);
        Assert.Equal(Enumerable.Range(0, Rows), folds.SelectMany(fold => Numbers(fold.TestSet)).Order());
        Assert.All(folds, fold => Assert.Equal(Enumerable.Range(0, Rows), Numbers(fold.TrainSet).Concat(Numbers(fold.TestSet)).Order()));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public void A_fraction_that_leaves_a_part_empty_is_refused(double fraction) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => _ml.Data.TrainTestSplit(Data(), fraction));

    [Fact]
    public void A_sampling_key_that_is_not_there_is_told()
    {
        var thrown = Assert.Throws<ArgumentOutOfRangeException>(() => _ml.Data.TrainTestSplit(Data(), samplingKeyColumnName: "Nothing"));
        Assert.Contains("Could not find SamplingKeyColumn column 'Nothing'", thrown.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Splitting_changes_no_column()
    {
        IDataView data = Data();
        var split = _ml.Data.TrainTestSplit(data);
        Assert.Equal(data.Schema.Select(column => column.Name), split.TestSet.Schema.Select(column => column.Name));
    }

    private static int[] Numbers(IDataView data) => data.GetColumn<int>("Number").ToArray();

    private IDataView Data() =>
        _ml.Data.LoadFromEnumerable(Enumerable.Range(0, Rows).Select(number => new Row { Number = number, Group = $"group {number % 50}" }).ToArray());

    private sealed class Row
    {
        public int Number { get; set; }

        public string Group { get; set; } = "";
    }
}
