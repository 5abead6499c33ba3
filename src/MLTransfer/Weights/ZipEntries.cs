using System.IO.Compression;

namespace MLTransfer.Weights;

/// <summary>The entries of a zip file, read into memory by name; nothing is ever extracted.</summary>
internal sealed class ZipEntries : IDisposable
{
    private const int MaximumCount = 100_000;
    private readonly ZipArchive _archive;
    private readonly Dictionary<string, ZipArchiveEntry> _entries = new(StringComparer.Ordinal);
    private readonly ReadBudget _budget;
    private readonly WeightsErrors _errors;

    /// <exception cref="WeightsException">The directory at the end of the file is missing, broken or absurd.</exception>
    public ZipEntries(Stream file, WeightsErrors errors)
    {
        _errors = errors;
        _budget = new ReadBudget(file.Length, errors);
        _archive = Guarded("its zip directory", () => new ZipArchive(file, ZipArchiveMode.Read, leaveOpen: true));
        foreach (ZipArchiveEntry entry in Guarded("its zip directory", () => _archive.Entries))
        {
            if (!_entries.TryAdd(entry.FullName, entry))
                throw errors.Damaged($"it has two entries '{entry.FullName}'");
        }
        if (_entries.Count > MaximumCount)
            throw errors.TooLarge($"it has {_entries.Count} zip entries");
    }

    public IEnumerable<string> Names => _entries.Keys;

    /// <summary>What else may take memory for this file.</summary>
    public ReadBudget Budget => _budget;

    /// <summary>Bytes of an entry as the directory declares them; -1 when there is none of that name.</summary>
    public long Length(string name) => _entries.TryGetValue(name, out ZipArchiveEntry? entry) ? entry.Length : -1;

    /// <summary>The bytes of an entry that exists, checked against its checksum.</summary>
    public byte[] Read(string name)
    {
        ZipArchiveEntry entry = _entries[name];
        byte[] bytes = GC.AllocateUninitializedArray<byte>(_budget.Take(entry.Length, $"its entry '{name}'"));
        Guarded($"its entry '{name}'", () =>
        {
            using Stream content = entry.Open();
            content.ReadExactly(bytes);
            return bytes;
        });
        if (Crc32.Of(bytes) != entry.Crc32)
            throw _errors.Damaged($"its entry '{name}' does not agree with its checksum");
        return bytes;
    }

    public void Dispose() => _archive?.Dispose();

    // ZipArchive answers damage with several exceptions; none of them may leave unnamed.
    private T Guarded<T>(string part, Func<T> read)
    {
        try
        {
            return read();
        }
        catch (Exception exception) when (exception is InvalidDataException or EndOfStreamException)
        {
            throw _errors.CutShort($"{part} is incomplete ({exception.Message})", exception);
        }
        catch (Exception exception) when (exception is IOException or ArgumentException or NotSupportedException or OverflowException)
        {
            throw _errors.Damaged($"{part} cannot be read ({exception.Message})", exception);
        }
    }
}
