using MLTransfer.Files;

namespace MLTransfer.Data;

/// <summary>The images of a zip archive.</summary>
internal sealed class ZipImages : ContainedImages
{
    // What deflate can make of a byte at most (https://zlib.net/zlib_tech.html), and of a last, incomplete one.
    private const int MostPerByte = 1032, Slack = 1 << 16;
    private readonly ZipEntries _entries;
    private readonly Dictionary<string, long> _lengths = new(StringComparer.Ordinal);
    private readonly ContainerErrors _errors;

    public ZipImages(FileStream file, ContainerErrors errors)
    {
        ByteSource source = new(file, errors);
        _errors = errors;
        _entries = new ZipEntries(source, new ReadBudget(source.Length, errors), errors);
        int odd = 0;
        List<string> others = [];
        foreach (ZipEntry entry in _entries.Entries)
        {
            if (!ArchiveNames.IsImage(entry.Name))
                others.AddRange(entry.IsFile ? [entry.Name] : []);
            else if (entry.IsFile)
                _lengths.Add(entry.Name, entry.Length > (entry.StoredLength * MostPerByte) + Slack ? -entry.Length : entry.Length);
            else
                odd++;
        }
        Names = [.. _lengths.Keys];
        Others = others;
        Warnings = ArchiveNames.Odd(odd);
    }

    public override string Format => "zip archive";

    public override IReadOnlyList<string> Names { get; }

    public override IReadOnlyList<string> Others { get; }

    public override IReadOnlyList<string> Warnings { get; }

    public override long Length(string name) => _lengths.GetValueOrDefault(name, -1) switch
    {
        < -1 and var declared => throw _errors
            .Refused($"its entry '{name}' says that it has {-declared:N0} bytes, more than what lies in the file can hold"),
        var length => length,
    };

    public override void Read(string name, Span<byte> target) => _entries.Read(name, target);
}
