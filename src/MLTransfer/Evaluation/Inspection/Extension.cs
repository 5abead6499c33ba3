using MLTransfer.Imaging.Decoding;

namespace MLTransfer.Evaluation.Inspection;

/// <summary>Whether a file is of the format that its extension says.</summary>
internal static class Extension
{
    /// <summary>What is wrong, in words; null where nothing is, or where the content is no known image.</summary>
    public static string? Complaint(string path)
    {
        if (!File.Exists(path))
            return null;
        Span<byte> start = stackalloc byte[16];
        using FileStream file = new(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0);
        int count = file.ReadAtLeast(start, start.Length, throwOnEndOfStream: false);
        if (ImageFormats.Sniff(start[..count]) is not { } format)
            return null;
        string extension = Path.GetExtension(path);
        return format.Extensions().Contains(extension, StringComparer.OrdinalIgnoreCase)
            ? null : $"it is a {format.Name()} image, but its name ends with {extension}";
    }
}
