using System.Text;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;

namespace Microsoft.ML;

/// <summary>Saves and loads models, and makes prediction engines of them.</summary>
public sealed partial class ModelOperationsCatalog : IInternalCatalog
{
    private const string SchemaEntry = "Schema";

    private readonly IHostEnvironment _environment;

    internal ModelOperationsCatalog(IHostEnvironment environment) => _environment = environment;

    IHostEnvironment IInternalCatalog.Environment => _environment;

    public void Save(ITransformer model, DataViewSchema inputSchema, string filePath)
    {
        Contracts.CheckNonEmpty(filePath, nameof(filePath));
        using FileStream stream = File.Create(filePath);
        Save(model, inputSchema, stream);
    }

    public void Save(ITransformer model, DataViewSchema inputSchema, Stream stream)
    {
        Contracts.CheckValue(stream, nameof(stream));
        using var repository = new RepositoryWriter(stream);
        ModelSaveContext.SaveModel(repository, model, TransformerChain.LoaderSignature);
        if (inputSchema is null)
            return;
        repository.WriteEntry(null, SchemaEntry, entry =>
        {
            using var writer = new BinaryWriter(entry, Encoding.UTF8, leaveOpen: true);
            SchemaCodec.Write(writer, inputSchema);
        });
    }

    public ITransformer Load(string filePath, out DataViewSchema inputSchema)
    {
        Contracts.CheckNonEmpty(filePath, nameof(filePath));
        using FileStream stream = File.OpenRead(filePath);
        return Load(stream, out inputSchema);
    }

    public ITransformer Load(Stream stream, out DataViewSchema inputSchema)
    {
        using var repository = new RepositoryReader(Contracts.CheckValue(stream, nameof(stream)));
        inputSchema = ReadSchemaOrNull(repository);
        _environment.ComponentCatalog.RegisterAssembly(typeof(ModelOperationsCatalog).Assembly);
        if (ModelLoadContext.LoadModelOrNull<ITransformer, SignatureLoadModel>(_environment, out ITransformer model, repository, TransformerChain.LoaderSignature))
            return model;
        throw inputSchema is null ? Contracts.Except("Could not load legacy format model") : Contracts.ExceptDecode("Corrupt model file");
    }

    private static DataViewSchema ReadSchemaOrNull(RepositoryReader repository)
    {
        using Stream entry = repository.OpenEntryOrNull(null, SchemaEntry);
        if (entry is null)
            return null;
        using var reader = new BinaryReader(entry);
        return SchemaCodec.Read(reader);
    }
}
