using System.Buffers.Binary;
using System.IO.Compression;
using MLTransfer.Files;

namespace MLTransfer.Data;

/// <summary>
/// An IDX file, as MNIST's are (http://yann.lecun.com/exdb/mnist): numbers in up to four dimensions, plain or compressed by gzip.
/// </summary>
/// <param name="Type">The type of the numbers: <see cref="Bytes"/> or <see cref="Integers"/>.</param>
/// <param name="Dimensions">How many there are along each dimension; together no more than one array can hold.</param>
/// <param name="Source">The content: the file itself, or what it holds uncompressed.</param>
internal sealed record IdxFile(byte Type, int[] Dimensions, ByteSource Source)
{
    /// <summary>Bytes from 0 to 255.</summary>
    public const byte Bytes = 0x08;

    /// <summary>Integers of 32 bits, big-endian.</summary>
    public const byte Integers = 0x0C;

    private const int Magic = 4, MostDimensions = 4;

    // What deflate can make of a byte at most (https://zlib.net/zlib_tech.html).
    private const int MostPerByte = 1032;

    /// <summary>Where the numbers start.</summary>
    public int Start => Magic + (sizeof(int) * Dimensions.Length);

    public static bool LooksLike(ReadOnlySpan<byte> head) => head is [0, 0, Bytes or Integers, >= 1 and <= MostDimensions, ..];

    /// <summary>Reads the header; of a compressed file, everything.</summary>
    /// <exception cref="InvalidDataException">It is no IDX file, cut short, or longer than it says.</exception>
    public static IdxFile Open(FileStream file, bool isCompressed, ContainerErrors errors)
    {
        if (!isCompressed)
            return ReadHeader(file, file.Length, errors) with { Source = new ByteSource(file, errors) };
        using (file)
        using (GZipStream unzipped = new(file, CompressionMode.Decompress))
            return Unzip(unzipped, file.Length, errors);
    }

    private static IdxFile Unzip(GZipStream unzipped, long compressed, ContainerErrors errors)
    {
        try
        {
            IdxFile idx = ReadHeader(unzipped, null, errors);
            byte[] content = new byte[Length(idx, compressed * MostPerByte, errors)];
            int read = unzipped.ReadAtLeast(content.AsSpan(idx.Start), content.Length - idx.Start, throwOnEndOfStream: false);
            if (read < content.Length - idx.Start)
                throw errors.CutShort($"it says that it has {content.Length:N0} bytes, and has {idx.Start + read:N0}");
            // Only who reads behind the last byte hears whether the checksum agrees.
            if (unzipped.ReadByte() >= 0)
                throw errors.Damaged($"more follows the {content.Length:N0} bytes that it says it has");
            return idx with { Source = new ByteSource(new MemoryStream(content, writable: false), errors) };
        }
        catch (Exception exception) when (
            exception is EndOfStreamException || (exception is InvalidDataException && exception.Message[0] != '\''))
        {
            throw errors.CutShort($"it cannot be decompressed to its end ({exception.Message.TrimEnd('.')})", exception);
        }
    }

    private static IdxFile ReadHeader(Stream stream, long? fileLength, ContainerErrors errors)
    {
        Span<byte> header = stackalloc byte[Magic + (sizeof(int) * MostDimensions)];
        if (stream.ReadAtLeast(header[..Magic], Magic, throwOnEndOfStream: false) < Magic || !LooksLike(header))
            throw errors.Unreadable("is no IDX file: it does not begin with 00 00, a type and a number of dimensions",
                "IDX files are those of MNIST, Fashion-MNIST, KMNIST, EMNIST and QMNIST.");
        int size = sizeof(int) * header[3];
        if (stream.ReadAtLeast(header.Slice(Magic, size), size, throwOnEndOfStream: false) < size)
            throw errors.CutShort("it ends inside its header");
        int[] dimensions = new int[header[3]];
        for (int dimension = 0; dimension < dimensions.Length; dimension++)
            dimensions[dimension] = BinaryPrimitives.ReadInt32BigEndian(header[(Magic + (sizeof(int) * dimension))..]);
        IdxFile idx = new(header[2], dimensions, null!);
        if (fileLength is { } actual && Length(idx, long.MaxValue, errors) is var length && length != actual)
        {
            throw actual < length
                ? errors.CutShort($"it says that it has {length:N0} bytes, and has {actual:N0}")
                : errors.Damaged($"{actual - length:N0} bytes follow the {length:N0} that it says it has");
        }
        return idx;
    }

    /// <summary>How many bytes header and numbers are, checked before memory is taken.</summary>
    private static long Length(IdxFile idx, long most, ContainerErrors errors)
    {
        Int128 length = idx.Type == Integers ? sizeof(int) : 1;
        foreach (int dimension in idx.Dimensions)
            length = dimension < 0 ? throw errors.Damaged("it says that it has a negative number of rows") : length * dimension;
        length += idx.Start;
        return length <= Array.MaxLength && length <= most
            ? (long)length
            : throw errors.Refused($"it says that it holds {string.Join(" × ", idx.Dimensions)} numbers, more than what lies in the "
            + $"file can hold or {Array.MaxLength:N0} bytes");
    }
}
