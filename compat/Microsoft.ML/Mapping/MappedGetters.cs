using Microsoft.ML.Runtime;

namespace Microsoft.ML.Data;

/// <summary>The getters of a mapper's active output columns over one input row or cursor.</summary>
internal sealed class MappedGetters
{
    private readonly IReadOnlyList<OutputColumn> _outputs;
    private readonly DataViewRow _input;
    private readonly bool[] _active;
    private readonly Delegate[] _computed;

    public MappedGetters(DataViewSchema schema, IReadOnlyList<OutputColumn> outputs, DataViewRow input, bool[] active)
    {
        Schema = schema;
        _outputs = outputs;
        _input = input;
        _active = active;
        _computed = outputs.Select((output, index) => active[index] ? output.MakeGetter?.Invoke(input) : null).ToArray();
    }

    public DataViewSchema Schema { get; }

    public bool IsActive(DataViewSchema.Column column) => column.Index < _active.Length && _active[column.Index];

    public ValueGetter<TValue> Get<TValue>(DataViewSchema.Column column)
    {
        Contracts.Check(IsActive(column), $"The column '{column.Name}' is not active.");
        return _computed[column.Index] is { } getter
            ? ActiveColumns.Typed<TValue>(getter)
            : _input.GetGetter<TValue>(_input.Schema[_outputs[column.Index].Sources[0]]);
    }
}
