namespace MLTransfer.Data;

/// <summary>
/// The gray images of an IDX file. Those of EMNIST lie on their side in its files, with rows and columns exchanged, and torchvision hands
/// them out so; here they stand upright, as every other image does. They are told by the file's name.
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
                "Give the file of the images, such as 'train-images-idx3-ubyte'; its labels are found beside it.");
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
