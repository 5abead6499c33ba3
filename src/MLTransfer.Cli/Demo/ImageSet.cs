namespace MLTransfer.Cli.Demo;

/// <summary>A labelled set of images, each decided by the seed, its class and its number.</summary>
internal sealed record ImageSet(IReadOnlyList<SceneClass> Classes, int ImagesPerClass, int Seed)
{
    internal const int Side = 48;

    /// <summary>The pixels of one image: red, green, blue, opacity.</summary>
    internal byte[] Pixels(int classIndex, int number)
    {
        var random = new Random(((Seed * 397) + classIndex) * 100_003 + number);
        return Painter.Paint(new Scene(Classes[classIndex], random), Side, random);
    }
}
