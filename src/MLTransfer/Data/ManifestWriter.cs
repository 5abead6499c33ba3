using System.Buffers;
using System.Globalization;
using System.Text;
using MLTransfer.Files;

namespace MLTransfer.Data;

/// <summary>Writes rows as CSV by RFC 4180, in UTF-8.</summary>
internal static class ManifestWriter
{
    private static readonly SearchValues<char> NeedsQuotes = SearchValues.Create(",\"\r\n");

    public static void Write(string path, IReadOnlyList<ImageRow> rows)
    {
        string folder = Path.GetDirectoryName(Path.GetFullPath(path))!;
        bool hasSplits = rows.Any(row => row.Split is not null), hasWeights = rows.Any(row => row.Weight is not null);
        RequireReadable(path, rows);
        AtomicFile.Write(path, stream =>
        {
            UTF8Encoding utf8 = new(encoderShouldEmitUTF8Identifier: false);
            using StreamWriter writer = new(stream, utf8, bufferSize: 1 << 16, leaveOpen: true) { NewLine = "\n" };
            writer.WriteLine(Line("image", "label", hasSplits ? "split" : null, hasWeights ? "weight" : null));
            foreach (ImageRow row in rows)
            {
                writer.WriteLine(Line(
                    UnixNames.ToDisplay(RelativePath(row.ImagePath, folder)), row.Label, hasSplits ? row.Split ?? "" : null,
                    hasWeights ? row.Weight?.ToString("R", CultureInfo.InvariantCulture) ?? "" : null));
            }
        });
    }

    // Bytes that are not UTF-8 are written as replacement characters. The file is found again only if no other one is written the same.
    private static void RequireReadable(string path, IReadOnlyList<ImageRow> rows)
    {
        SpelledPaths spelled = new();
        foreach (string image in rows.Select(row => row.ImagePath).Where(UnixNames.IsNotUtf8))
        {
            string full = Path.GetFullPath(image), shown = UnixNames.ToDisplay(full);
            if (spelled.FindOnDisk(shown) != full)
            {
                throw new IOException(
                    $"The manifest '{path}' cannot be written: the bytes of the name '{shown}' are not UTF-8, and the manifest, which is "
                    + "UTF-8, could not tell this image from another. Rename it, or its folder.");
            }
        }
    }

    /// <summary>A line of CSV; fields that are null are left out.</summary>
    internal static string Line(params ReadOnlySpan<string?> fields)
    {
        StringBuilder line = new();
        foreach (string? field in fields)
        {
            if (field is null)
                continue;
            line.Append(line.Length > 0 ? "," : "").Append(Quoted(field));
        }
        return line.ToString();
    }

    // Leading and trailing white space is part of a field only within quotes.
    private static string Quoted(string field) =>
        field.AsSpan().ContainsAny(NeedsQuotes) || field.AsSpan().Trim().Length < field.Length
            ? $"\"{field.Replace("\"", "\"\"", StringComparison.Ordinal)}\"" : field;

    private static string RelativePath(string image, string folder)
    {
        string full = Path.GetFullPath(image);
        return ManifestPaths.IsBelow(folder, full) ? Path.GetRelativePath(folder, full).Replace(Path.DirectorySeparatorChar, '/') : full;
    }
}
