using Microsoft.ML;
using Microsoft.ML.Data;
using MLTransfer.Imaging;

namespace MLTransfer.Estimators;

/// <summary>Scores a row at a time, for a <c>PredictionEngine</c>; throws where the image cannot be read.</summary>
internal sealed class ScoringRowMapper(
    DataViewSchema input, DataViewSchema output, Scorer scorer, string imageColumnName, RejectionRule? rule = null) : IRowToRowMapper
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
        return new ScoredRow(input, output, activeColumns, scorer, imageColumnName, rule);
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
    private readonly RejectionRule? _rule;
    private long _scoredPosition = -1;
    private ScoredImage _scored;

    public ScoredRow(DataViewRow input, DataViewSchema schema, IEnumerable<DataViewSchema.Column> activeColumns, Scorer scorer,
        string imageColumnName, RejectionRule? rule)
    {
        _input = input;
        _rule = rule;
        _scorer = scorer;
        Schema = schema;
        _active = new bool[schema.Count];
        foreach (DataViewSchema.Column column in activeColumns) _active[column.Index] = true;
        int inputs = input.Schema.Count;
        _width = ((VectorDataViewType)schema[inputs].Type).Size;
        if (!_active.AsSpan(inputs).Contains(true)) return;
        _image = ImageColumn.Reader(input, input.Schema[imageColumnName]);
        scorer.Prepare();
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
        return OutputGetters.For<TValue>(column, _input.Schema.Count, _width, Scored, _rule);
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing) _input.Dispose();
        base.Dispose(disposing);
    }

    private ScoredImage Scored()
    {
        if (_scoredPosition == _input.Position) return _scored;
        _scored = _scorer.Score(_image!());
        _scoredPosition = _input.Position;
        return _scored;
    }
}

/// <summary>
/// Creates the getters of the output columns: a vector, and where it is a classifier's, the label, and whether and why it is rejected.
/// </summary>
internal static class OutputGetters
{
    /// <param name="column">One of them.</param>
    /// <param name="inputs">The number of columns before them.</param>
    /// <param name="width">The width of the vector.</param>
    /// <param name="scored">The row's vector; where the image could not be read, NaN and a missing label.</param>
    /// <param name="rule">When an image is rejected; null: never.</param>
    /// <exception cref="InvalidOperationException">The column is of another type.</exception>
    public static ValueGetter<TValue> For<TValue>(
        DataViewSchema.Column column, int inputs, int width, Func<ScoredImage> scored, RejectionRule? rule)
    {
        Delegate getter = (column.Index - inputs) switch
        {
            0 => (ValueGetter<VBuffer<float>>)((ref VBuffer<float> value) =>
            {
                VBufferEditor<float> editor = VBufferEditor.Create(ref value, width);
                if (scored().Values is { } known) known.CopyTo(editor.Values);
                else editor.Values.Fill(float.NaN);
                value = editor.Commit();
            }),
            1 => (ValueGetter<uint>)((ref uint value) =>
                value = scored().Values is { } known ? (uint)known.IndexOf(known.Max()) + 1 : 0),
            2 => (ValueGetter<bool>)((ref bool value) => value = scored().Rejection(rule) is not null),
            _ => (ValueGetter<ReadOnlyMemory<char>>)((ref ReadOnlyMemory<char> value) => value = scored().Rejection(rule).AsMemory()),
        };
        return getter as ValueGetter<TValue>
            ?? throw new InvalidOperationException($"The column '{column.Name}' does not hold values of type {typeof(TValue)}.");
    }
}

/// <summary>The columns a model adds: two by their names, and where it rejects images, two that say whether and why.</summary>
internal sealed record OutputColumns(string Score, string PredictedLabel, bool Rejects = false)
{
    private const string SlotNames = "SlotNames", Rejected = "Rejected", RejectionReason = "RejectionReason";

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
        if (!Rejects) yield break;
        yield return MLNetInternals.Column(Rejected, scalar, BooleanDataViewType.Instance, isKey: false);
        yield return MLNetInternals.Column(RejectionReason, scalar, text, isKey: false);
    }

    /// <summary>The schema of the input with these columns after its own.</summary>
    public DataViewSchema AddTo(DataViewSchema input, IReadOnlyList<string> labels, LabelKind kind)
    {
        var builder = new DataViewSchema.Builder();
        builder.AddColumns(input);
        builder.AddColumn(Score, new VectorDataViewType(NumberDataViewType.Single, labels.Count), Slots(labels));
        builder.AddColumn(PredictedLabel, new KeyDataViewType(typeof(uint), labels.Count), kind.Annotation(labels));
        if (Rejects)
        {
            builder.AddColumn(Rejected, BooleanDataViewType.Instance);
            builder.AddColumn(RejectionReason, TextDataViewType.Instance);
        }

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
