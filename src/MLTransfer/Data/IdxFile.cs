using System.Buffers.Binary;
using System.IO.Compression;
using MLTransfer.Files;

namespace MLTransfer.Data;

/// <summary>
/// An IDX file, as MNIST's are (http://yann.lecun.com/exdb/mnist): numbers in up to four dimensions, plain or compressed by gzip.
/// </summary>
/// <param name="Type">The type of the numbers: <see cref="Bytes"/> or <see cref="Integers"/>.</param>
/// <param name="Dimensions">The size of each dimension; all numbers together fit into one array.</param>
/// <param name="Source">The uncompressed content.</param>
internal sealed record IdxFile(byte Type, int[] Dimensions, ByteSource Source)
{
    /// <summary>Bytes from 0 to 255.</summary>
    public const byte Bytes = 0x08;

    /// <summary>Integers of 32 bits, big-endian.</summary>
    public const byte Integers = 0x0C;

    private const int Magic = 4, MostDimensions = 4;

    /// <summary>The offset of the numbers.</summary>
    public int Start => Magic + (sizeof(int) * Dimensions.Length);

    public static bool LooksLike(ReadOnlySpan<byte> head) => head is [0, 0, Bytes or Integers, >= 1 and <= MostDimensions, ..];

    /// <summary>Reads the header of a plain file, and the whole of a compressed one.</summary>
    /// <exception cref="InvalidDataException">It is not an IDX file, cut short, or longer than its header says.</exception>
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
            byte[] content = new byte[Length(idx, compressed * ZipDirectory.LargestRatio, errors)];
            int read = unzipped.ReadAtLeast(content.AsSpan(idx.Start), content.Length - idx.Start, throwOnEndOfStream: false);
            if (read < content.Length - idx.Start)
                throw errors.CutShort($"it says that it has {content.Length:N0} bytes, and has {idx.Start + read:N0}");
            // The stream verifies the checksum only on a read past the last byte.
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
            throw errors.Unreadable("is not an IDX file: it does not begin with 00 00, a type and a number of dimensions",
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

    /// <summary>The length of header and numbers in bytes, checked before memory is allocated.</summary>
    private static long Length(IdxFile idx, long most, ContainerErrors errors)
    {
        Int128 length = idx.Type == Integers ? sizeof(int) : 1;
        foreach (int dimension in idx.Dimensions)
            length = dimension < 0 ? throw errors.Damaged("it says that it has a negative number of rows") : length * dimension;
        length += idx.Start;
        return length <= Array.MaxLength && length <= most
            ? (long)length
            : throw errors.Refused($"it says that it holds {string.Join(" × ", idx.Dimensions)} numbers, more than the bytes of the file "
                + $"can hold or {Array.MaxLength:N0} bytes");
    }
}

/// <summary>
/// The grayscale images of an IDX file. EMNIST files, recognized by name, store rows and columns exchanged. torchvision returns
/// them so; here they are transposed to upright.
/// </summary>
internal sealed class IdxImages : RasterContainer
{
    private const int Longest = 1 << 13;
    private const string Transposed = "emnist";
    private readonly IdxFile _file;
    private readonly bool _isTransposed;

    private IdxImages(IdxFile file, int width, int height, bool isTransposed)
        : base(file.Dimensions[0], width, height) => (_file, _isTransposed) = (file, isTransposed);

    public override string Format => "IDX images";

    public static IdxImages Open(string path, FileStream file, bool isCompressed, ContainerErrors errors)
    {
        IdxFile idx = IdxFile.Open(file, isCompressed, errors);
        if (idx is not { Type: IdxFile.Bytes, Dimensions: [_, >= 1 and <= Longest and var rows, >= 1 and <= Longest and var columns] })
            throw errors.Unreadable($"is an IDX file, but of {string.Join(" × ", idx.Dimensions)} numbers: not of images",
                "Give the file of the images, such as 'train-images-idx3-ubyte'; its labels are found by its name.");
        bool isTransposed = Path.GetFileName(path).StartsWith(Transposed, StringComparison.OrdinalIgnoreCase);
        return isTransposed ? new IdxImages(idx, rows, columns, isTransposed) : new IdxImages(idx, columns, rows, isTransposed);
    }

    protected override void Read(int index, Span<byte> target)
    {
        byte[] gray = new byte[Width * Height];
        _file.Source.Read(_file.Start + ((long)index * gray.Length), gray);
        for (int row = 0, to = 0; row < Height; row++)
        {
            for (int column = 0; column < Width; column++, to += 3)
                target.Slice(to, 3).Fill(_isTransposed ? gray[(column * Height) + row] : gray[(row * Width) + column]);
        }
    }
}
