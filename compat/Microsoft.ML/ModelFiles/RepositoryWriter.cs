using System.IO.Compression;
using Microsoft.ML.Runtime;

namespace Microsoft.ML;

/// <summary>Packs the entries of a model into a zip archive. Several may be open at once; an archive takes them one by one, so each waits in a file.</summary>
internal sealed class RepositoryWriter : IDisposable
{
    private readonly ZipArchive _archive;
    private readonly HashSet<string> _names = [];
    private bool _disposed;

    public RepositoryWriter(Stream stream)
    {
        _archive = new ZipArchive(stream, ZipArchiveMode.Create, leaveOpen: true);
        WriteEntry("TrainingInfo", "Version.txt", target => target.Write(System.Text.Encoding.UTF8.GetBytes(typeof(RepositoryWriter).Assembly.GetName().Version + Environment.NewLine)));
    }

    public void WriteEntry(string folder, string name, Action<Stream> write)
    {
        string path = RepositoryPath.Of(folder, name);
        Contracts.CheckParam(_names.Add(path), nameof(name), $"Duplicate entry: '{path}'");
        using FileStream scratch = RepositoryPath.Scratch();
        write(scratch);
        scratch.Position = 0;
        using Stream entry = _archive.CreateEntry(path).Open();
        scratch.CopyTo(entry);
    }

    public void Dispose()
    {
        if (_disposed)
            return;
        _disposed = true;
        _archive.Dispose();
    }
}
