using System.IO.Compression;
using Microsoft.ML.Runtime;

namespace Microsoft.ML;

/// <summary>Reads the entries of a model file.</summary>
internal sealed class RepositoryReader : IDisposable
{
    private readonly ZipArchive _archive;
    private readonly Dictionary<string, ZipArchiveEntry> _entries = [];

    public RepositoryReader(Stream stream)
    {
        try
        {
            _archive = new ZipArchive(stream, ZipArchiveMode.Read, leaveOpen: true);
            foreach (ZipArchiveEntry entry in _archive.Entries)
                _entries[entry.FullName.Replace('/', Path.DirectorySeparatorChar)] = entry;
        }
        catch (Exception exception)
        {
            throw Contracts.ExceptDecode("Failed to open a zip archive", exception);
        }
    }

    /// <summary>The unpacked entry, which the caller disposes; null when there is none of that name.</summary>
    public Stream OpenEntryOrNull(string folder, string name)
    {
        string path = RepositoryPath.Of(folder, name);
        if (!_entries.TryGetValue(path, out ZipArchiveEntry entry) && !_entries.TryGetValue(path.Replace('/', '\\'), out entry))
            return null;
        FileStream scratch = RepositoryPath.Scratch();
        try
        {
            using Stream source = entry.Open();
            source.CopyTo(scratch);
        }
        catch
        {
            scratch.Dispose();
            throw;
        }
        scratch.Position = 0;
        return scratch;
    }

    public void Dispose() => _archive.Dispose();
}
