using MLTransfer.Imaging;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace MLTransfer.Estimators;

/// <summary>Scores a row at a time, for a <c>PredictionEngine</c>; throws where the image cannot be read.</summary>
internal sealed class ScoringRowMapper(DataViewSchema input, DataViewSchema output, Scorer scorer, string imageColumnName) : IRowToRowMapper
{
    public DataViewSchema InputSchema => input;

    public DataViewSchema OutputSchema => output;

    public IEnumerable<DataViewSchema.Column> GetDependencies(IEnumerable<DataViewSchema.Column> dependingColumns)
    {
        DataViewSchema.Column[] depending = [.. dependingColumns];
        var indices = depending.Where(column => column.Index < input.Count).Select(column => column.Index).ToHashSet();
        if (depending.Any(column => column.Index >= input.Count)) indices.Add(input[imageColumnName].Index);
        return input.Where(column => indices.Contains(column.Index));
    }

    public DataViewRow GetRow(DataViewRow input, IEnumerable<DataViewSchema.Column> activeColumns)
    {
        ArgumentNullException.ThrowIfNull(input);
        ArgumentNullException.ThrowIfNull(activeColumns);
        return new ScoredRow(input, output, activeColumns, scorer, imageColumnName);
    }
}

/// <summary>A row with its scores, computed once per position, on first use.</summary>
internal sealed class ScoredRow : DataViewRow
{
    private readonly DataViewRow _input;
    private readonly bool[] _active;
    private readonly Scorer _scorer;
    private readonly Func<ImageSource>? _image;
    private readonly int _width;
    private long _scoredPosition = -1;
    private float[] _values = [];

    public ScoredRow(DataViewRow input, DataViewSchema schema, IEnumerable<DataViewSchema.Column> activeColumns, Scorer scorer,
        string imageColumnName)
    {
        _input = input;
        _scorer = scorer;
        Schema = schema;
        _active = new bool[schema.Count];
        foreach (DataViewSchema.Column column in activeColumns) _active[column.Index] = true;
        int inputs = input.Schema.Count;
        _width = ((VectorDataViewType)schema[inputs].Type).Size;
        if (_active.AsSpan(inputs).Contains(true)) _image = ImageColumn.Reader(input, input.Schema[imageColumnName]);
    }

    public override DataViewSchema Schema { get; }

    public override long Position => _input.Position;

    public override long Batch => _input.Batch;

    public override ValueGetter<DataViewRowId> GetIdGetter() => _input.GetIdGetter();

    public override bool IsColumnActive(DataViewSchema.Column column) => _active[column.Index];

    public override ValueGetter<TValue> GetGetter<TValue>(DataViewSchema.Column column)
    {
        if (column.Index < _input.Schema.Count) return _input.GetGetter<TValue>(_input.Schema[column.Index]);
        if (!_active[column.Index] || _image is null)
            throw new ArgumentOutOfRangeException(nameof(column), $"The column '{column.Name}' is not active in this row.");
        return OutputGetters.For<TValue>(column, _input.Schema.Count, _width, Values);
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing) _input.Dispose();
        base.Dispose(disposing);
    }

    private float[] Values()
    {
        if (_scoredPosition == _input.Position) return _values;
        _values = _scorer.Score(_image!());
        _scoredPosition = _input.Position;
        return _values;
    }
}

/// <summary>Creates the getters of the output columns: a vector, and where it is a classifier's, the label.</summary>
internal static class OutputGetters
{
    /// <param name="column">One of them.</param>
    /// <param name="inputs">The number of columns before them.</param>
    /// <param name="width">The width of the vector.</param>
    /// <param name="values">The row's vector; null where the image could not be read: NaN, a missing label.</param>
    /// <exception cref="InvalidOperationException">The column is of another type.</exception>
    public static ValueGetter<TValue> For<TValue>(DataViewSchema.Column column, int inputs, int width, Func<float[]?> values)
    {
        Delegate getter = column.Index == inputs
            ? (ValueGetter<VBuffer<float>>)((ref VBuffer<float> value) =>
            {
                VBufferEditor<float> editor = VBufferEditor.Create(ref value, width);
                if (values() is { } known) known.CopyTo(editor.Values);
                else editor.Values.Fill(float.NaN);
                value = editor.Commit();
            })
            : (ValueGetter<uint>)((ref uint value) => value = values() is { } known ? (uint)known.IndexOf(known.Max()) + 1 : 0);
        return getter as ValueGetter<TValue>
            ?? throw new InvalidOperationException($"The column '{column.Name}' does not hold values of type {typeof(TValue)}.");
    }
}

/// <summary>The two columns a model adds, by their names.</summary>
internal sealed record OutputColumns(string Score, string PredictedLabel)
{
    private const string SlotNames = "SlotNames";

    /// <summary>The schema of the columns before the classes are known.</summary>
    /// <param name="label">The label column: predictions have classes of its type.</param>
    public IEnumerable<SchemaShape.Column> Shapes(SchemaShape.Column label)
    {
        const SchemaShape.Column.VectorKind scalar = SchemaShape.Column.VectorKind.Scalar, vector = SchemaShape.Column.VectorKind.Vector;
        SchemaShape Names(string name, DataViewType type) => new([MLNetInternals.Column(name, vector, type, isKey: false)]);
        DataViewType text = TextDataViewType.Instance;
        DataViewType labels = label.Annotations.Where(column => column.Name == LabelKind.KeyValues).Select(column => column.ItemType)
            .FirstOrDefault(text);
        yield return MLNetInternals.Column(Score, vector, NumberDataViewType.Single, isKey: false, Names(SlotNames, text));
        yield return MLNetInternals.Column(PredictedLabel, scalar, NumberDataViewType.UInt32, isKey: true,
            Names(LabelKind.KeyValues, labels));
    }

    /// <summary>The schema of the input with the two columns after its own.</summary>
    public DataViewSchema AddTo(DataViewSchema input, IReadOnlyList<string> labels, LabelKind kind)
    {
        var builder = new DataViewSchema.Builder();
        builder.AddColumns(input);
        builder.AddColumn(Score, new VectorDataViewType(NumberDataViewType.Single, labels.Count), Slots(labels));
        builder.AddColumn(PredictedLabel, new KeyDataViewType(typeof(uint), labels.Count), kind.Annotation(labels));
        return builder.ToSchema();
    }

    private static DataViewSchema.Annotations Slots(IReadOnlyList<string> labels)
    {
        var names = new VBuffer<ReadOnlyMemory<char>>(labels.Count, [.. labels.Select(label => label.AsMemory())]);
        var builder = new DataViewSchema.Annotations.Builder();
        var type = new VectorDataViewType(TextDataViewType.Instance, labels.Count);
        builder.Add(SlotNames, type, (ref VBuffer<ReadOnlyMemory<char>> value) => names.CopyTo(ref value));
        return builder.ToAnnotations();
    }
}
