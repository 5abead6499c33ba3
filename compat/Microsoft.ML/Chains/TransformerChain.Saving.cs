using System.Globalization;
using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;

[assembly: LoadableClass(typeof(TransformerChain<ITransformer>), typeof(TransformerChain), null, typeof(SignatureLoadModel), "Transformer chain", TransformerChain.LoaderSignature)]

namespace Microsoft.ML.Data;

public sealed partial class TransformerChain<TLastTransformer>
{
    internal TransformerChain(IHostEnvironment env, ModelLoadContext ctx)
    {
        int count = ctx.Reader.ReadInt32();
        Contracts.CheckDecode(count >= 0, "Corrupt model file");
        var transformers = new List<ITransformer>();
        var scopes = new List<TransformerScope>();
        for (int index = 0; index < count; index++)
        {
            scopes.Add((TransformerScope)ctx.Reader.ReadInt32());
            ctx.LoadModel<ITransformer, SignatureLoadModel>(env, out var transformer, TransformerChain.FolderOf(index));
            transformers.Add(transformer);
        }
        _transformers = [.. transformers];
        _scopes = [.. scopes];
        LastTransformer = transformers.LastOrDefault() as TLastTransformer;
    }

    void ICanSaveModel.Save(ModelSaveContext ctx)
    {
        ctx.CheckAtModel();
        ctx.SetVersionInfo(TransformerChain.Version);
        ctx.Writer.Write(_transformers.Length);
        for (int index = 0; index < _transformers.Length; index++)
        {
            ctx.Writer.Write((int)_scopes[index]);
            ctx.SaveModel(_transformers[index], TransformerChain.FolderOf(index));
        }
    }
}

internal static class TransformerChain
{
    public const string LoaderSignature = "TransformerChain";

    public static VersionInfo Version { get; } =
        new("XF CHAIN", 0x00010001, 0x00010001, 0x00010001, typeof(TransformerChain).Assembly.FullName, LoaderSignature);

    public static string FolderOf(int index) => string.Format(CultureInfo.InvariantCulture, "Transform_{0:000}", index);

    private static TransformerChain<ITransformer> Create(IHostEnvironment env, ModelLoadContext ctx)
    {
        ctx.CheckAtModel(Version);
        return new TransformerChain<ITransformer>(env, ctx);
    }
}
