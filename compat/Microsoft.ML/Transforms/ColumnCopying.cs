using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;
using Microsoft.ML.Transforms;

[assembly: LoadableClass(
    typeof(ColumnCopyingTransformer), typeof(ColumnCopyingTransformer), null, typeof(SignatureLoadModel), "Copy Columns Transform", ColumnCopyingTransformer.LoaderSignature)]

namespace Microsoft.ML.Transforms;

public sealed class ColumnCopyingEstimator : TrivialEstimator<ColumnCopyingTransformer>
{
    internal ColumnCopyingEstimator(ColumnPair[] pairs)
        : base(new ColumnCopyingTransformer(pairs))
    {
    }

    public override SchemaShape GetOutputSchema(SchemaShape inputSchema) => inputSchema.With(Transformer.Pairs.Select(pair =>
    {
        SchemaShape.Column source = ColumnPair.Find(inputSchema, pair.Input);
        return new SchemaShape.Column(pair.Output, source.Kind, source.ItemType, source.IsKey, source.Annotations);
    }));
}

/// <summary>Gives columns another name besides their own.</summary>
public sealed class ColumnCopyingTransformer : OneToOneTransformerBase
{
    internal const string LoaderSignature = "CopyTransform";

    private static readonly VersionInfo Version =
        new("COPYCOLT", 0x00010001, 0x00010001, 0x00010001, typeof(ColumnCopyingTransformer).Assembly.FullName, LoaderSignature);

    internal ColumnCopyingTransformer(IReadOnlyList<ColumnPair> pairs)
        : base(pairs)
    {
    }

    private protected override OutputColumn Map(int index, DataViewSchema.Column source) =>
        OutputColumn.Same(source) with { Column = new DataViewSchema.DetachedColumn(Pairs[index].Output, source.Type, source.Annotations) };

    private protected override void SaveModel(ModelSaveContext ctx)
    {
        ctx.SetVersionInfo(Version);
        ColumnPair.Write(ctx.Writer, Pairs);
    }

    private static ColumnCopyingTransformer Create(IHostEnvironment env, ModelLoadContext ctx)
    {
        ctx.CheckAtModel(Version);
        return new ColumnCopyingTransformer(ColumnPair.Read(ctx.Reader));
    }
}
