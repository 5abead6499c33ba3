using MLTransfer.Errors;
using MLTransfer.Files;

namespace MLTransfer.Data.Cards;

/// <summary>
/// Unpacks an archive into a new folder that nobody else writes to: no entry leaves the folder, links and devices are left out, and no more
/// comes out than the limits allow.
/// </summary>
internal sealed class Unpacker(string archive, string folder, UnpackLimits limits, Action<long> progress, CancellationToken cancel)
{
    private const int BufferSize = 1 << 17, LongestName = 200;

    private readonly byte[] _buffer = new byte[BufferSize];
    private readonly List<string> _skipped = [];
    private int _entries;
    private int _files;
    private long _bytes;

    /// <exception cref="InvalidDataException">The archive is damaged, too large, or would write elsewhere; the message names it and the
    /// entry.</exception>
    /// <exception cref="IOException">The folder cannot be written to.</exception>
    public Unpacked Run()
    {
        string last = "";
        try
        {
            using FileStream stream = File.OpenRead(archive);
            foreach (ArchiveEntry entry in Archive.Read(stream, archive))
            {
                cancel.ThrowIfCancellationRequested();
                last = entry.Name;
                Take(entry);
                progress(stream.Position);
            }
        }
        // Of a header that is too long, TarReader says so as if it had been used wrongly.
        catch (Exception exception) when (
            exception is InvalidDataException or InvalidOperationException or EndOfStreamException or FormatException or ArgumentException
            or NotSupportedException or OverflowException)
        {
            throw new InvalidDataException(
                $"The archive '{archive}' cannot be unpacked: "
                + $"{(last.Length == 0 ? "it" : $"its entry '{Printable.Of(last, LongestName)}'")} {Reason(exception)}. "
                + "Nothing of it is kept. If its checksum is right, its publishers packed it so; tell them.", exception);
        }
        return new Unpacked(_files, _bytes, _skipped);
    }

    private void Take(ArchiveEntry entry)
    {
        if (++_entries > limits.Entries)
            throw new InvalidDataException($"is one of more than {limits.Entries:N0} entries");
        string[] parts = EntryNames.PathParts(entry.Name);
        if (entry.Kind == EntryKind.Other)
            _skipped.Add(Printable.Of(entry.Name, LongestName));
        else if (entry.Kind == EntryKind.Folder || parts.Length == 0)
            Directory.CreateDirectory(Path.Combine([folder, .. parts]));
        else
            Write(entry, Path.Combine([folder, .. parts]));
    }

    private void Write(ArchiveEntry entry, string target)
    {
        CheckSize(_bytes + entry.Length);
        Directory.CreateDirectory(Path.GetDirectoryName(target)!);
        if (Path.Exists(target))
            throw new InvalidDataException("is in it twice");
        using Stream content = entry.Open();
        using FileStream file = new(target, FileMode.CreateNew, FileAccess.Write, FileShare.None, bufferSize: 0);
        for (int count; (count = content.Read(_buffer)) > 0;)
        {
            // What an entry says of its size need not be true.
            CheckSize(_bytes += count);
            file.Write(_buffer, 0, count);
            cancel.ThrowIfCancellationRequested();
        }
        if (file.Length != entry.Length)
            throw new InvalidDataException($"has {file.Length:N0} bytes but says it has {entry.Length:N0}");
        _files++;
    }

    private void CheckSize(long bytes)
    {
        if (bytes > limits.Bytes)
            throw new InvalidDataException($"would bring more than {limits.Bytes:N0} bytes, which nobody expects of it");
    }

    private static string Reason(Exception exception) => exception is InvalidDataException { InnerException: null }
        ? exception.Message.TrimEnd('.')
        : $"is damaged ({exception.Message.TrimEnd('.')})";
}
