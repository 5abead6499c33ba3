using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;
using Microsoft.ML.Transforms;

[assembly: LoadableClass(
    typeof(ColumnSelectingTransformer), typeof(ColumnSelectingTransformer), null, typeof(SignatureLoadModel), "Select Columns Transform", ColumnSelectingTransformer.LoaderSignature)]

namespace Microsoft.ML.Transforms;

public sealed class ColumnSelectingEstimator : TrivialEstimator<ColumnSelectingTransformer>
{
    internal ColumnSelectingEstimator(ColumnSelection selection)
        : base(new ColumnSelectingTransformer(selection))
    {
    }

    public override SchemaShape GetOutputSchema(SchemaShape inputSchema) =>
        Transformer.Selection.Of(Contracts.CheckValue(inputSchema, nameof(inputSchema)));
}

/// <summary>Keeps or drops columns.</summary>
public sealed class ColumnSelectingTransformer : RowToRowTransformerBase
{
    internal const string LoaderSignature = "SelectColumnsTransform";

    private static readonly VersionInfo Version =
        new("SELCOLST", 0x00010001, 0x00010001, 0x00010001, typeof(ColumnSelectingTransformer).Assembly.FullName, LoaderSignature);

    internal ColumnSelectingTransformer(ColumnSelection selection)
    {
        Contracts.Check(selection.Names is { Length: > 0 }, "Neither keepColumns and dropColumns is set. Exactly one must be specified.");
        Selection = selection;
    }

    internal ColumnSelection Selection { get; }

    private protected override BoundMapper Bind(DataViewSchema inputSchema) =>
        new(inputSchema, Selection.Of(inputSchema).Select(OutputColumn.Same).ToArray());

    private protected override void SaveModel(ModelSaveContext ctx)
    {
        ctx.CheckAtModel();
        ctx.SetVersionInfo(Version);
        ctx.Writer.Write(Selection.Keeps);
        ctx.Writer.Write(Selection.KeepHidden);
        ctx.Writer.Write(Selection.Names.Length);
        foreach (string name in Selection.Names)
            ctx.Writer.Write(name);
    }

    private static ColumnSelectingTransformer Create(IHostEnvironment env, ModelLoadContext ctx)
    {
        ctx.CheckAtModel(Version);
        bool keeps = ctx.Reader.ReadBoolean();
        bool keepHidden = ctx.Reader.ReadBoolean();
        int count = ctx.Reader.ReadInt32();
        Contracts.CheckDecode(count > 0, "Corrupt model file");
        var names = new List<string>();
        for (int index = 0; index < count; index++)
            names.Add(ctx.Reader.ReadString());
        return new ColumnSelectingTransformer(new ColumnSelection([.. names], keeps, keepHidden));
    }
}
