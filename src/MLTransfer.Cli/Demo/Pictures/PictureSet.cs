namespace MLTransfer.Cli.Demo.Pictures;

/// <summary>A labelled set of pictures, each decided by the seed, its class and its number.</summary>
internal sealed record PictureSet(IReadOnlyList<PictureClass> Classes, int PicturesPerClass, int Seed)
{
    internal const int Side = 48;

    /// <summary>The pixels of one picture: red, green, blue, opacity.</summary>
    internal byte[] Pixels(int classIndex, int number)
    {
        var random = new Random(((Seed * 397) + classIndex) * 100_003 + number);
        return Painter.Paint(new Scene(Classes[classIndex], random), Side, random);
    }
}
