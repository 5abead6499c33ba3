using System.Buffers;
using System.Security.Cryptography;
using Microsoft.Win32.SafeHandles;
using MLTransfer.Files;

namespace MLTransfer.Data;

/// <summary>
/// Finds images with identical content. Only images of the same length are read: first a sample from the middle, and the whole where
/// the samples agree.
/// </summary>
internal static class SameImages
{
    private const int SampleLength = 4096;

    // The largest image that the decoder accepts; a larger entry of an archive is not read into memory.
    private const long LargestEntry = 512L << 20;

    /// <summary>Groups of at least two rows, each in the order of the rows. Unreadable images are skipped; decoding reports them.</summary>
    /// <param name="rows">The images.</param>
    public static IReadOnlyList<IReadOnlyList<ImageRow>> FindGroups(IEnumerable<ImageRow> rows)
    {
        IEnumerable<IReadOnlyList<ImageRow>> sameLength = Alike(rows, row => Length(row.ImagePath) is > 0 and var length ? length : null);
        IEnumerable<IReadOnlyList<ImageRow>> sameMiddle = sameLength.SelectMany(group => Alike(group, row => Middle(row.ImagePath)));
        return [.. sameMiddle.SelectMany(group => Alike(group, row => ContentHash(row.ImagePath)))];
    }

    /// <summary>Groups of at least two rows with the same key; rows whose key is null or cannot be read are in none.</summary>
    private static IEnumerable<IReadOnlyList<ImageRow>> Alike(IEnumerable<ImageRow> rows, Func<ImageRow, object?> key) => rows
        .Select(row => (Row: row, Key: KeyOf(row, key)))
        .Where(keyed => keyed.Key is not null)
        .GroupBy(keyed => keyed.Key!, keyed => keyed.Row)
        .Select(group => group.ToArray())
        .Where(group => group.Length > 1);

    private static object? KeyOf(ImageRow row, Func<ImageRow, object?> key)
    {
        try
        {
            return key(row);
        }
        catch (Exception unreadable) when (
            unreadable is IOException or UnauthorizedAccessException or InvalidDataException or ArgumentException or NotSupportedException)
        {
            return null;
        }
    }

    private static long Length(string path) =>
        ContainerPath.Parse(path) is var (container, entry) ? container.Container.Length(entry) : FileLength(path);

    private static long FileLength(string path)
    {
        if (!UnixNames.IsNotUtf8(path))
            return new FileInfo(path).Length;
        using SafeFileHandle file = UnixNames.OpenRead(path);
        return RandomAccess.GetLength(file);
    }

    private static string Middle(string path)
    {
        // An entry of an archive can only be read as a whole.
        if (ContainerPath.Parse(path) is not null)
            return "";
        using SafeFileHandle file = UnixNames.OpenRead(path);
        long length = RandomAccess.GetLength(file);
        byte[] sample = new byte[Math.Min(SampleLength, length)];
        int read = RandomAccess.Read(file, sample, (length - sample.Length) / 2);
        return Convert.ToHexString(SHA256.HashData(sample.AsSpan(0, read)));
    }

    private static string? ContentHash(string path)
    {
        if (ContainerPath.Parse(path) is var (shared, entry))
        {
            ContainedImages container = shared.Container;
            if (container.Length(entry) is not (>= 0 and <= LargestEntry and var length))
                return null;
            byte[] borrowed = ArrayPool<byte>.Shared.Rent((int)length);
            try
            {
                Span<byte> content = borrowed.AsSpan(0, (int)length);
                container.Read(entry, content);
                // Equal pixels are equal images only in the same shape.
                string shape = container is RasterContainer raster ? $"{raster.Width} x {raster.Height}: " : "";
                return shape + Convert.ToHexString(SHA256.HashData(content));
            }
            finally
            {
                ArrayPool<byte>.Shared.Return(borrowed);
            }
        }
        using FileStream stream = new(UnixNames.OpenRead(path), FileAccess.Read, bufferSize: 0);
        return Convert.ToHexString(SHA256.HashData(stream));
    }
}
