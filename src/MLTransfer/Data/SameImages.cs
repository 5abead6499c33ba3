using System.Security.Cryptography;
using Microsoft.Win32.SafeHandles;
using MLTransfer.Files;
using MLTransfer.Imaging;

namespace MLTransfer.Data;

/// <summary>
/// Finds images that are the same file, byte for byte. Only what has the same length is read: a few bytes from its middle at first, and
/// all of it where these are the same.
/// </summary>
internal static class SameImages
{
    private const int SampleLength = 4096;

    /// <summary>Groups of at least two rows, each in the order of the rows. What cannot be read is left to those who decode it.</summary>
    /// <param name="rows">The images.</param>
    public static IReadOnlyList<IReadOnlyList<ImageRow>> Among(IEnumerable<ImageRow> rows)
    {
        IEnumerable<IReadOnlyList<ImageRow>> sameLength = Alike(rows, row => Length(row.ImagePath) is > 0 and var length ? length : null);
        IEnumerable<IReadOnlyList<ImageRow>> sameMiddle = sameLength.SelectMany(group => Alike(group, row => Middle(row.ImagePath)));
        return [.. sameMiddle.SelectMany(group => Alike(group, row => Convert.ToHexString(ImageSource.FromPath(row.ImagePath).ContentHash())))];
    }

    /// <summary>Groups of at least two rows that have the same key; rows whose key cannot be read are in none.</summary>
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
        catch (Exception unreadable)
            when (unreadable is IOException or UnauthorizedAccessException or InvalidDataException or ImageException)
        {
            return null;
        }
    }

    private static long Length(string path) =>
        ContainerPath.Parse(path) is var (container, entry) ? container.Container.Length(entry) : FileLength(path);

    private static long FileLength(string path)
    {
        if (!UnixNames.Has(path))
            return new FileInfo(path).Length;
        using SafeFileHandle file = UnixNames.OpenRead(path);
        return RandomAccess.GetLength(file);
    }

    private static string Middle(string path)
    {
        // An entry of an archive cannot be read in part.
        if (ContainerPath.Parse(path) is not null)
            return "";
        using SafeFileHandle file = UnixNames.OpenRead(path);
        long length = RandomAccess.GetLength(file);
        byte[] sample = new byte[Math.Min(SampleLength, length)];
        int read = RandomAccess.Read(file, sample, (length - sample.Length) / 2);
        return Convert.ToHexString(SHA256.HashData(sample.AsSpan(0, read)));
    }
}
