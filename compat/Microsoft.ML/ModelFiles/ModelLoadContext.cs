using System.Reflection;
using System.Text;
using Microsoft.ML.Runtime;

namespace Microsoft.ML;

/// <summary>Where one component reads itself from: the counterpart of <see cref="ModelSaveContext"/>.</summary>
internal sealed class ModelLoadContext : IDisposable
{
    public const string ModelStreamName = "Model.key";

    private readonly RepositoryReader _repository;
    private readonly string _folder;
    private readonly ModelHeader _header;

    private ModelLoadContext(RepositoryReader repository, string folder, Stream stream)
    {
        _repository = repository;
        _folder = folder;
        Reader = new BinaryReader(stream, Encoding.UTF8, leaveOpen: true);
        _header = ModelHeader.Read(Reader);
    }

    public BinaryReader Reader { get; }

    public static bool LoadModelOrNull<TRes, TSig>(IHostEnvironment env, out TRes result, RepositoryReader repository, string folder)
        where TRes : class
    {
        result = null;
        using Stream stream = repository.OpenEntryOrNull(folder, ModelStreamName);
        if (stream is null)
            return false;
        using var context = new ModelLoadContext(repository, folder, stream);
        result = context.Create<TRes, TSig>(env);
        return true;
    }

    public void LoadModel<TRes, TSig>(IHostEnvironment env, out TRes result, string name)
        where TRes : class =>
        Contracts.CheckDecode(LoadModelOrNull<TRes, TSig>(env, out result, _repository, RepositoryPath.Of(_folder, name)), "Corrupt model file");

    public void CheckAtModel(VersionInfo ver)
    {
        Contracts.Check(Reader.BaseStream.Position == ModelHeader.Size, "The model block has been read from already.");
        CheckVersionInfo(ver);
    }

    public void CheckVersionInfo(VersionInfo ver) => _header.Check(ver);

    public bool TryLoadBinaryStream(string name, Action<BinaryReader> action)
    {
        Contracts.CheckNonEmpty(name, nameof(name));
        Contracts.CheckValue(action, nameof(action));
        using Stream stream = _repository.OpenEntryOrNull(_folder, name);
        if (stream is null)
            return false;
        using var reader = new BinaryReader(stream, Encoding.UTF8, leaveOpen: true);
        action(reader);
        return true;
    }

    public void Dispose() => Reader.Dispose();

    private TRes Create<TRes, TSig>(IHostEnvironment env)
        where TRes : class
    {
        if (_header.LoaderAssemblyName.Length > 0)
            env.ComponentCatalog.RegisterAssembly(Assembly.Load(_header.LoaderAssemblyName));
        bool found = ComponentCatalog.TryCreateInstance<object, TSig>(env, out object loaded, _header.LoaderSignature, this);
        Contracts.CheckDecode(found && loaded is TRes, $"Couldn't load model: '{_folder}'");
        Contracts.CheckDecode(Reader.BaseStream.Position == ModelHeader.Size + _header.ModelBytes, "The component did not read its whole model block.");
        return (TRes)loaded;
    }
}
