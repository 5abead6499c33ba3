using MLTransfer.Imaging;

namespace MLTransfer.Tests.Imaging.Transforms.Parity;

/// <summary>Something torchvision does to a picture, and our way to the same pixels.</summary>
/// <param name="Name">What the table of differences calls it.</param>
/// <param name="Python">What torchvision does, as an expression: see <see cref="TorchvisionPixels"/> for the names it can use.</param>
/// <param name="Ours">What gives the same here.</param>
internal sealed record TransformCase(string Name, string Python, Func<Picture, Picture> Ours)
{
    /// <summary>By a transform whose chance has only one outcome, or by several.</summary>
    internal TransformCase(string name, string python, params PictureTransform[] transforms) : this(name, python, picture => Apply(transforms, picture)) =>
        Repeat = (picture, target) => Apply(transforms, picture, target);

    /// <summary>By the computation inside of a random transform.</summary>
    internal TransformCase(string name, string python, Action<Canvas> change) : this(name, python, new Fixed(change))
    {
    }

    /// <summary>The same into memory that is there already, as training has it, where that is possible.</summary>
    internal Action<Picture, byte[]> Repeat { get; private init; } = (picture, _) => Ours(picture);

    /// <summary>How many grey levels a colour may be off; 0 means that every pixel must be the same.</summary>
    internal int Levels { get; init; }

    /// <summary>How much of the pixels may be off at all.</summary>
    internal double Share { get; init; }

    private static Picture Apply(PictureTransform[] transforms, Picture picture)
    {
        PictureRandom random = new(0, 0, 0);
        using DecodedPixels pixels = new(picture);
        return TransformChain.Apply(transforms, pixels, ref random);
    }

    private static void Apply(PictureTransform[] transforms, Picture picture, byte[] target)
    {
        PictureRandom random = new(0, 0, 0);
        using DecodedPixels pixels = new(picture);
        TransformChain.Apply(transforms, pixels, ref random, target);
    }

    private sealed record Fixed(Action<Canvas> Do) : PixelTransform
    {
        internal override void Change(Canvas canvas, ref PictureRandom random) => Do(canvas);
    }
}
