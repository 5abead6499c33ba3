using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;
using Microsoft.ML.Transforms;

[assembly: LoadableClass(
    typeof(ValueToKeyMappingTransformer), typeof(ValueToKeyMappingTransformer), null, typeof(SignatureLoadModel), "Term Transform", ValueToKeyMappingTransformer.LoaderSignature)]

namespace Microsoft.ML.Transforms;

/// <summary>Makes keys of the values it has learned.</summary>
public sealed class ValueToKeyMappingTransformer : OneToOneTransformerBase
{
    internal const string LoaderSignature = "TermTransform";

    private static readonly VersionInfo Version =
        new("TERMTRNF", 0x00010003, 0x00010003, 0x00010001, typeof(ValueToKeyMappingTransformer).Assembly.FullName, LoaderSignature);

    private readonly IReadOnlyList<KeyMap> _maps;

    internal ValueToKeyMappingTransformer(IReadOnlyList<ColumnPair> pairs, IReadOnlyList<KeyMap> maps)
        : base(pairs) =>
        _maps = maps;

    private protected override OutputColumn Map(int index, DataViewSchema.Column source)
    {
        KeyMap map = _maps[index];
        KeyMap.CheckType(source);
        if (!source.Type.ItemType().Equals(map.ItemType))
            throw Contracts.ExceptSchemaMismatch("inputSchema", "input", source.Name, map.ItemType.ToString(), source.Type.ToString());
        var annotations = new DataViewSchema.Annotations.Builder();
        map.AddKeyValues(annotations);
        annotations.Add(source.Annotations, name => name == AnnotationKinds.SlotNames);
        DataViewType type = source.Type is VectorDataViewType vector ? new VectorDataViewType(map.KeyType, vector.Dimensions) : map.KeyType;
        return new OutputColumn(
            new DataViewSchema.DetachedColumn(Pairs[index].Output, type, annotations.ToAnnotations()),
            [source.Index],
            row => map.Getter(row, row.Schema[source.Index]));
    }

    private protected override void SaveModel(ModelSaveContext ctx)
    {
        ctx.CheckAtModel();
        ctx.SetVersionInfo(Version);
        ColumnPair.Write(ctx.Writer, Pairs);
        foreach (KeyMap map in _maps)
            map.Write(ctx.Writer);
    }

    private static ValueToKeyMappingTransformer Create(IHostEnvironment env, ModelLoadContext ctx)
    {
        ctx.CheckAtModel(Version);
        ColumnPair[] pairs = ColumnPair.Read(ctx.Reader);
        return new ValueToKeyMappingTransformer(pairs, pairs.Select(_ => KeyMap.Read(ctx.Reader)).ToArray());
    }
}
