using Microsoft.ML.Data;
using Microsoft.ML.Runtime;

namespace Microsoft.ML.Transforms;

/// <summary>Values and their numbers, which count from 1; 0 is the number of a missing or unknown value.</summary>
internal abstract class KeyMap
{
    public abstract PrimitiveDataViewType ItemType { get; }

    public abstract int Count { get; }

    public KeyDataViewType KeyType => new(typeof(uint), Math.Max(Count, 1));

    public static void CheckType(DataViewSchema.Column source)
    {
        if (!source.Type.ItemType().IsStandardScalar())
            throw Contracts.ExceptSchemaMismatch("inputSchema", "input", source.Name, "standard type or a vector of standard type", source.Type.ToString());
    }

    public static KeyMap Learn(IDataView data, DataViewSchema.Column source, KeyMappingOptions options) =>
        source.Type.ItemType() is TextDataViewType text
            ? Learned<ReadOnlyMemory<char>>(data, source, text, options)
            : (KeyMap)GenericCall.Invoke(Learned<int>, source.Type.ItemType().RawType, data, source, source.Type.ItemType(), options);

    public static KeyMap Read(BinaryReader reader)
    {
        bool valuesAsText = reader.ReadBoolean();
        DataViewType type = TypeCodec.Read(reader);
        Contracts.CheckDecode(type is PrimitiveDataViewType and not KeyDataViewType, "Corrupt model file");
        return (KeyMap)GenericCall.Invoke(Read<int>, type.RawType, reader, type, valuesAsText);
    }

    public abstract void Write(BinaryWriter writer);

    public abstract Delegate Getter(DataViewRow row, DataViewSchema.Column source);

    public abstract void AddKeyValues(DataViewSchema.Annotations.Builder builder);

    private static KeyMap<T> Learned<T>(IDataView data, DataViewSchema.Column source, PrimitiveDataViewType itemType, KeyMappingOptions options)
    {
        var values = new List<T>();
        var seen = new HashSet<T>(ValueTraits.Equality<T>());
        IEnumerable<T> all = source.Type is VectorDataViewType
            ? data.GetColumn<VBuffer<T>>(source).SelectMany(vector => vector.DenseValues())
            : data.GetColumn<T>(source);
        foreach (T value in all.Where(value => !ValueTraits.IsMissing(value)))
        {
            if (seen.Add(value))
                values.Add(ValueTraits.Kept(value));
            if (values.Count >= options.MaximumNumberOfKeys)
                break;
        }
        if (options.Ordinality == ValueToKeyMappingEstimator.KeyOrdinality.ByValue)
            values.Sort(ValueTraits.Order<T>());
        return new KeyMap<T>(itemType, values, options.ValuesAsText);
    }

    private static KeyMap<T> Read<T>(BinaryReader reader, PrimitiveDataViewType type, bool valuesAsText)
    {
        int count = reader.ReadInt32();
        Contracts.CheckDecode(count >= 0, "Corrupt model file");
        var values = new List<T>();
        for (int index = 0; index < count; index++)
            values.Add(ValueCodec.Read<T>(reader));
        return new KeyMap<T>(type, values, valuesAsText);
    }
}
