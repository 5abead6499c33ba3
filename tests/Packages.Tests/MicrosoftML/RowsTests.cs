using Microsoft.ML;
using Microsoft.ML.Data;

namespace Packages.Tests.MicrosoftML;

public sealed class RowsTests
{
    private readonly MLContext _ml = new(seed: 1);

    [Fact]
    public void Rows_can_be_taken_and_skipped()
    {
        IDataView data = Numbers(10);
        Assert.Equal([0, 1, 2], _ml.Data.TakeRows(data, 3).GetColumn<int>("Number"));
        Assert.Equal([8, 9], _ml.Data.SkipRows(data, 8).GetColumn<int>("Number"));
        Assert.Empty(_ml.Data.SkipRows(data, 20).GetColumn<int>("Number"));
        Assert.Throws<ArgumentOutOfRangeException>(() => _ml.Data.TakeRows(data, 0));
    }

    [Fact]
    public void Shuffling_keeps_the_rows_and_repeats_their_order()
    {
        IDataView data = Numbers(100);
        IDataView shuffled = _ml.Data.ShuffleRows(data, seed: 3);
        int[] order = shuffled.GetColumn<int>("Number").ToArray();
        Assert.NotEqual(Enumerable.Range(0, 100), order);
        Assert.Equal(Enumerable.Range(0, 100), order.Order());
        Assert.Equal(order, shuffled.GetColumn<int>("Number"));
        Assert.Equal(order, _ml.Data.ShuffleRows(data, seed: 3).GetColumn<int>("Number"));
        Assert.NotEqual(order, _ml.Data.ShuffleRows(data, seed: 4).GetColumn<int>("Number"));
    }

    [Fact]
    public void A_small_pool_loses_no_row()
    {
        int[] order = _ml.Data.ShuffleRows(Numbers(100), seed: 3, shufflePoolSize: 5).GetColumn<int>("Number").ToArray();
        Assert.Equal(Enumerable.Range(0, 100), order.Order());
    }

    [Fact]
    public void A_cache_reads_its_source_once()
    {
        int read = 0;
        IDataView cached = _ml.Data.Cache(_ml.Data.LoadFromEnumerable(Enumerable.Range(0, 4).Select(number =>
        {
            read++;
            return new Row { Number = number };
        })));
        Assert.Equal([0, 1, 2, 3], cached.GetColumn<int>("Number"));
        Assert.Equal([0, 1, 2, 3], cached.GetColumn<int>("Number"));
        Assert.Equal(4, read);
        Assert.Throws<ArgumentOutOfRangeException>(() => _ml.Data.Cache(cached, "Nothing"));
    }

    [Fact]
    public void A_cursor_stands_before_the_first_row_and_moves_over_each()
    {
        IDataView data = Numbers(2);
        DataViewSchema.Column column = data.Schema["Number"];
        using DataViewRowCursor cursor = data.GetRowCursor([column]);
        Assert.Equal(-1, cursor.Position);
        Assert.True(cursor.MoveNext() && cursor.MoveNext());
        Assert.Equal(1, cursor.Position);
        Assert.False(cursor.MoveNext());
    }

    [Fact]
    public void A_column_that_was_not_asked_for_has_no_getter()
    {
        IDataView data = _ml.Data.LoadFromEnumerable(Flower.Three());
        using DataViewRowCursor cursor = data.GetRowCursor([data.Schema["Name"]]);
        Assert.False(cursor.IsColumnActive(data.Schema["Height"]));
        Assert.Throws<ArgumentOutOfRangeException>(() => cursor.GetGetter<float>(data.Schema["Height"]));
        Assert.Throws<InvalidOperationException>(() => cursor.GetGetter<float>(data.Schema["Name"]));
    }

    private IDataView Numbers(int count) => _ml.Data.LoadFromEnumerable(Enumerable.Range(0, count).Select(number => new Row { Number = number }).ToArray());

    private sealed class Row
    {
        public int Number { get; set; }
    }
}
