using Microsoft.ML;
using Microsoft.ML.Data;

namespace Packages.Tests.MicrosoftML;

/// <summary>A transformer of another assembly: Double = 2 × Height, computed when a row is asked for it.</summary>
internal sealed class DoublingTransformer(bool isRowToRow = true) : ITransformer, IDisposable
{
    public bool IsDisposed { get; private set; }

    public bool IsRowToRowMapper => isRowToRow;

    public DataViewSchema GetOutputSchema(DataViewSchema inputSchema) => WithDouble(inputSchema);

    public IRowToRowMapper GetRowToRowMapper(DataViewSchema inputSchema) => new Mapper(inputSchema);

    public IDataView Transform(IDataView input) => new View(input);

    public void Save(ModelSaveContext ctx) => throw new NotSupportedException("Nobody saves this one.");

    public void Dispose() => IsDisposed = true;

    private static DataViewSchema WithDouble(DataViewSchema input)
    {
        var builder = new DataViewSchema.Builder();
        builder.AddColumns(input);
        builder.AddColumn("Double", NumberDataViewType.Single);
        return builder.ToSchema();
    }

    private static ValueGetter<TValue> Getter<TValue>(DataViewRow input, DataViewSchema.Column column)
    {
        if (column.Index < input.Schema.Count)
            return input.GetGetter<TValue>(input.Schema[column.Index]);
        ValueGetter<float> height = input.GetGetter<float>(input.Schema["Height"]);
        ValueGetter<float> twice = (ref float value) =>
        {
            height(ref value);
            value *= 2;
        };
        return (ValueGetter<TValue>)(object)twice;
    }

    private static DataViewSchema.Column[] Needed(DataViewSchema input, IEnumerable<DataViewSchema.Column> wanted) =>
        wanted.Select(column => column.Index < input.Count ? input[column.Index] : input["Height"]).DistinctBy(column => column.Index).ToArray();

    private sealed class Mapper(DataViewSchema input) : IRowToRowMapper
    {
        public DataViewSchema InputSchema => input;

        public DataViewSchema OutputSchema { get; } = WithDouble(input);

        public IEnumerable<DataViewSchema.Column> GetDependencies(IEnumerable<DataViewSchema.Column> dependingColumns) => Needed(input, dependingColumns);

        public DataViewRow GetRow(DataViewRow row, IEnumerable<DataViewSchema.Column> activeColumns) => new Row(row, OutputSchema);
    }

    private sealed class Row(DataViewRow input, DataViewSchema schema) : DataViewRow
    {
        public override long Position => input.Position;

        public override long Batch => input.Batch;

        public override DataViewSchema Schema => schema;

        public override ValueGetter<DataViewRowId> GetIdGetter() => input.GetIdGetter();

        public override bool IsColumnActive(DataViewSchema.Column column) => true;

        public override ValueGetter<TValue> GetGetter<TValue>(DataViewSchema.Column column) => Getter<TValue>(input, column);
    }

    private sealed class View(IDataView source) : IDataView
    {
        public bool CanShuffle => source.CanShuffle;

        public DataViewSchema Schema { get; } = WithDouble(source.Schema);

        public long? GetRowCount() => source.GetRowCount();

        public DataViewRowCursor GetRowCursor(IEnumerable<DataViewSchema.Column> columnsNeeded, Random? rand = null)
        {
            DataViewSchema.Column[] needed = columnsNeeded.ToArray();
            return new Cursor(source.GetRowCursor(Needed(source.Schema, needed), rand), Schema, needed.Select(column => column.Index).ToHashSet());
        }

        public DataViewRowCursor[] GetRowCursorSet(IEnumerable<DataViewSchema.Column> columnsNeeded, int n, Random? rand = null) =>
            [GetRowCursor(columnsNeeded, rand)];
    }

    private sealed class Cursor(DataViewRowCursor input, DataViewSchema schema, HashSet<int> active) : DataViewRowCursor
    {
        public override long Position => input.Position;

        public override long Batch => input.Batch;

        public override DataViewSchema Schema => schema;

        public override bool MoveNext() => input.MoveNext();

        public override ValueGetter<DataViewRowId> GetIdGetter() => input.GetIdGetter();

        public override bool IsColumnActive(DataViewSchema.Column column) => active.Contains(column.Index);

        public override ValueGetter<TValue> GetGetter<TValue>(DataViewSchema.Column column) => Getter<TValue>(input, column);

        protected override void Dispose(bool disposing)
        {
            if (disposing)
                input.Dispose();
            base.Dispose(disposing);
        }
    }
}
