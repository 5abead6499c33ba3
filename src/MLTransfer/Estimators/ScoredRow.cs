using Microsoft.ML;
using Microsoft.ML.Data;
using MLTransfer.Imaging;

namespace MLTransfer.Estimators;

/// <summary>A row with its scores, computed once per position when the first of them is asked for.</summary>
internal sealed class ScoredRow : DataViewRow
{
    private readonly DataViewRow _input;
    private readonly bool[] _active;
    private readonly Scorer _scorer;
    private readonly Func<Imaging.ImageSource>? _image;
    private readonly int _classes;
    private long _scoredPosition = -1;
    private float[] _probabilities = [];

    public ScoredRow(DataViewRow input, DataViewSchema schema, IEnumerable<DataViewSchema.Column> activeColumns, Scorer scorer,
        string imageColumnName)
    {
        _input = input;
        _scorer = scorer;
        Schema = schema;
        _active = new bool[schema.Count];
        foreach (DataViewSchema.Column column in activeColumns) _active[column.Index] = true;
        int inputs = input.Schema.Count;
        _classes = ((VectorDataViewType)schema[inputs].Type).Size;
        if (_active[inputs] || _active[inputs + 1]) _image = ImageColumn.Reader(input, input.Schema[imageColumnName]);
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
            throw new ArgumentOutOfRangeException(nameof(column), $"The column '{column.Name}' was not asked for when the row was made.");
        return ScoreGetters.For<TValue>(column, _input.Schema.Count, _classes, Probabilities);
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing) _input.Dispose();
        base.Dispose(disposing);
    }

    private float[] Probabilities()
    {
        if (_scoredPosition == _input.Position) return _probabilities;
        _probabilities = _scorer.Score(_image!());
        _scoredPosition = _input.Position;
        return _probabilities;
    }
}
