using Microsoft.ML;
using Microsoft.ML.Data;
using MLTransfer.Estimators;

namespace MLTransfer.Tests.Estimators;

public class InputColumnsTests
{
    private readonly MLContext _ml = new();

    [Fact]
    public void A_column_of_weights_that_does_not_exist_is_refused_with_those_that_do()
    {
        var error = Assert.Throws<ArgumentOutOfRangeException>(() => WeightColumn.Find(Rows(1).Schema, "Wheight"));
        Assert.Contains("There is no column 'Wheight' for the weights. The columns are Weight, Exact, Kind, When.", error.Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void Weights_are_single_precision_numbers()
    {
        var error = Assert.Throws<ArgumentOutOfRangeException>(() => WeightColumn.Find(Rows(1).Schema, "Exact"));
        Assert.Contains("Schema mismatch for the weight column 'Exact': it is Double; expected Single.", error.Message,
            StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0, "0")]
    [InlineData(-2, "-2")]
    [InlineData(float.NaN, "NaN")]
    [InlineData(float.PositiveInfinity, "Infinity")]
    public void A_weight_that_is_not_positive_is_refused_with_its_row(float weight, string shown)
    {
        using DataViewRowCursor cursor = Rows(1, weight).GetRowCursor(Rows(1).Schema);
        Func<float> read = WeightColumn.Reader(cursor, cursor.Schema["Weight"]);
        Assert.True(cursor.MoveNext());
        Assert.Equal(1, read());
        Assert.True(cursor.MoveNext());
        var error = Assert.ThrowsAny<ArgumentException>(() => read());
        Assert.Equal($"The weight in column 'Weight', row 1, is {shown}; it must be a positive number.", error.Message);
    }

    [Fact]
    public void Keys_without_names_are_numbered()
    {
        IDataView keyed = _ml.Data.LoadFromEnumerable<Keyed>([new() { Label = 0 }, new() { Label = 2 }, new() { Label = 3 }]);
        Assert.Equal(["0", "1", "2"], LabelColumn.Classes(keyed.Schema, "Label"));
        using DataViewRowCursor cursor = keyed.GetRowCursor(keyed.Schema);
        Func<int> read = LabelColumn.Reader(cursor, keyed.Schema, "Label", ["0", "1", "2"]);
        // Three classes, so a fourth is a missing label.
        Assert.Equal([0, 2, -1], Enumerable.Range(0, 3).Select(_ => cursor.MoveNext() ? read() : -9).ToArray());
    }

    [Fact]
    public void Labels_of_times_are_refused()
    {
        IDataView data = Rows(1, 1);
        IDataView keyed = _ml.Transforms.Conversion.MapValueToKey("When").Fit(data).Transform(data);
        var error = Assert.Throws<ArgumentOutOfRangeException>(() => LabelColumn.Classes(keyed.Schema, "When"));
        Assert.Contains("The classes of the label column 'When' are of type DateTime; use labels of text, numbers or booleans.",
            error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void One_class_is_none_to_tell_apart()
    {
        IDataView data = Rows(1, 1);
        IDataView keyed = _ml.Transforms.Conversion.MapValueToKey("Kind").Fit(data).Transform(data);
        Assert.Contains("The label column 'Kind' has one class only (a)",
            Assert.ThrowsAny<ArgumentException>(() => LabelColumn.Classes(keyed.Schema, "Kind")).Message, StringComparison.Ordinal);
    }

    private IDataView Rows(params float[] weights) =>
        _ml.Data.LoadFromEnumerable(
            weights.Select((weight, index) => new Row { Weight = weight, When = new(2026, 1, 1 + index) }).ToList());

    private sealed class Row
    {
        public float Weight { get; set; }

        public double Exact { get; set; }

        public string Kind { get; set; } = "a";

        public DateTime When { get; set; }
    }

    private sealed class Keyed
    {
        [KeyType(3)]
        public uint Label { get; set; }
    }
}
