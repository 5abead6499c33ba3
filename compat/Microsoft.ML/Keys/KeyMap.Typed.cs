using System.Globalization;
using Microsoft.ML.Data;

namespace Microsoft.ML.Transforms;

internal sealed class KeyMap<T> : KeyMap
{
    private readonly List<T> _values;
    private readonly bool _valuesAsText;
    private readonly Dictionary<T, uint> _keys = new(ValueTraits.Equality<T>());

    public KeyMap(PrimitiveDataViewType itemType, List<T> values, bool valuesAsText)
    {
        ItemType = itemType;
        _values = values;
        _valuesAsText = valuesAsText;
        foreach (T value in values)
            _keys[value] = (uint)_keys.Count + 1;
    }

    public override PrimitiveDataViewType ItemType { get; }

    public override int Count => _values.Count;

    public override void Write(BinaryWriter writer)
    {
        writer.Write(_valuesAsText);
        TypeCodec.Write(writer, ItemType);
        writer.Write(_values.Count);
        foreach (T value in _values)
            ValueCodec.Write(writer, value);
    }

    public override Delegate Getter(DataViewRow row, DataViewSchema.Column source) =>
        ValueMapping.Getter<T, uint>(row, source, value => ValueTraits.IsMissing(value) ? 0 : _keys.GetValueOrDefault(value));

    public override void AddKeyValues(DataViewSchema.Annotations.Builder builder)
    {
        if (Count == 0)
            return;
        if (_valuesAsText && ItemType is not TextDataViewType)
            Add(builder, TextDataViewType.Instance, _values.Select(value => Convert.ToString(value, CultureInfo.InvariantCulture).AsMemory()).ToArray());
        else
            Add(builder, ItemType, _values.ToArray());
    }

    private static void Add<TValue>(DataViewSchema.Annotations.Builder builder, PrimitiveDataViewType type, TValue[] values) =>
        builder.Add(
            AnnotationKinds.KeyValues,
            new VectorDataViewType(type, values.Length),
            (ref VBuffer<TValue> destination) => VBuffer<TValue>.Copy(values, 0, ref destination, values.Length));
}
