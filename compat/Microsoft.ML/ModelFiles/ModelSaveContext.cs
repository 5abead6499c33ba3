using System.Text;
using Microsoft.ML.Runtime;

namespace Microsoft.ML;

/// <summary>Where one component writes itself: its model block, streams beside it, and folders for its parts.</summary>
public sealed class ModelSaveContext : IDisposable
{
    private readonly RepositoryWriter _repository;
    private readonly string _folder;
    private readonly ModelHeader _header = new();

    private ModelSaveContext(RepositoryWriter repository, string folder, Stream stream)
    {
        _repository = repository;
        _folder = folder;
        Writer = new BinaryWriter(stream, Encoding.UTF8, leaveOpen: true);
        ModelHeader.BeginWrite(Writer);
    }

    internal BinaryWriter Writer { get; }

    public void Dispose() => Writer.Dispose();

    internal static void SaveModel<T>(RepositoryWriter repository, T value, string folder)
        where T : class
    {
        if (value is not ICanSaveModel model)
            return;
        repository.WriteEntry(folder, ModelLoadContext.ModelStreamName, stream =>
        {
            using var context = new ModelSaveContext(repository, folder, stream);
            model.Save(context);
            context.Done();
        });
    }

    internal void SaveModel<T>(T value, string name)
        where T : class =>
        SaveModel(_repository, value, RepositoryPath.Of(_folder, name));

    internal void CheckAtModel() => Contracts.Check(Writer.BaseStream.Position == ModelHeader.Size, "The model block has been written to already.");

    internal void SetVersionInfo(VersionInfo ver) => _header.Set(ver);

    internal void SaveBinaryStream(string name, Action<BinaryWriter> action)
    {
        Contracts.CheckNonEmpty(name, nameof(name));
        Contracts.CheckValue(action, nameof(action));
        _repository.WriteEntry(_folder, name, stream =>
        {
            using var writer = new BinaryWriter(stream, Encoding.UTF8, leaveOpen: true);
            action(writer);
        });
    }

    private void Done()
    {
        Contracts.Check(_header.ModelSignature != 0, "ModelSignature not specified!");
        _header.EndWrite(Writer);
    }
}
