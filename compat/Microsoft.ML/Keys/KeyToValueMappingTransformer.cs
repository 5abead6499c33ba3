using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;
using Microsoft.ML.Transforms;

[assembly: LoadableClass(
    typeof(KeyToValueMappingTransformer), typeof(KeyToValueMappingTransformer), null, typeof(SignatureLoadModel), "Key To Value Transform", KeyToValueMappingTransformer.LoaderSignature)]

namespace Microsoft.ML.Transforms;

/// <summary>Makes the values of keys; of a missing key, the missing value of the type.</summary>
public sealed class KeyToValueMappingTransformer : OneToOneTransformerBase
{
    internal const string LoaderSignature = "KeyToValueTransform";

    private static readonly VersionInfo Version =
        new("KEY2VALT", 0x00010001, 0x00010001, 0x00010001, typeof(KeyToValueMappingTransformer).Assembly.FullName, LoaderSignature);

    internal KeyToValueMappingTransformer(IReadOnlyList<ColumnPair> pairs)
        : base(pairs)
    {
    }

    private protected override OutputColumn Map(int index, DataViewSchema.Column source)
    {
        var values = source.Annotations.Schema.GetColumnOrNull(AnnotationKinds.KeyValues)?.Type as VectorDataViewType;
        Contracts.Check(values is not null, "Metadata KeyValues does not exist");
        Contracts.Check((ulong)values.Size == source.Type.ItemType().KeyCount(), "KeyValues metadata size does not match column type key count");
        var annotations = new DataViewSchema.Annotations.Builder();
        annotations.Add(source.Annotations, name => name == AnnotationKinds.SlotNames);
        DataViewType type = source.Type is VectorDataViewType vector ? new VectorDataViewType(values.ItemType, vector.Dimensions) : values.ItemType;
        return new OutputColumn(
            new DataViewSchema.DetachedColumn(Pairs[index].Output, type, annotations.ToAnnotations()),
            [source.Index],
            row => (Delegate)GenericCall.Invoke(Getter<uint, int>, [source.Type.ItemType().RawType, values.ItemType.RawType], row, source));
    }

    private protected override void SaveModel(ModelSaveContext ctx)
    {
        ctx.CheckAtModel();
        ctx.SetVersionInfo(Version);
        ColumnPair.Write(ctx.Writer, Pairs);
    }

    private static Delegate Getter<TKey, TValue>(DataViewRow row, DataViewSchema.Column source)
    {
        VBuffer<TValue> values = default;
        source.GetKeyValues(ref values);
        TValue[] dense = values.DenseValues().ToArray();
        return ValueMapping.Getter<TKey, TValue>(row, row.Schema[source.Index], key =>
        {
            ulong number = Convert.ToUInt64(key, null);
            return number > 0 && number <= (ulong)dense.Length ? dense[number - 1] : ValueTraits.Missing<TValue>();
        });
    }

    private static KeyToValueMappingTransformer Create(IHostEnvironment env, ModelLoadContext ctx)
    {
        ctx.CheckAtModel(Version);
        return new KeyToValueMappingTransformer(ColumnPair.Read(ctx.Reader));
    }
}
