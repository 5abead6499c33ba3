using MLTransfer.Imaging;
using MLTransfer.Imaging.Transforms;

namespace MLTransfer.Tests.Imaging.Transforms;

/// <summary>Something torchvision does to an image, and our way to the same pixels.</summary>
/// <param name="Name">What the table of differences calls it.</param>
/// <param name="Python">What torchvision does, as an expression: see <see cref="TorchvisionPixels"/> for the names it can use.</param>
/// <param name="Ours">What gives the same here.</param>
internal sealed record TransformCase(string Name, string Python, Func<Image, Image> Ours)
{
    /// <summary>By a transform whose chance has only one outcome, or by several.</summary>
    internal TransformCase(string name, string python, params ImageTransform[] transforms)
        : this(name, python, image => Apply(transforms, image)) =>
        Repeat = (image, target) => Apply(transforms, image, target);

    /// <summary>By the computation inside of a random transform.</summary>
    internal TransformCase(string name, string python, Action<ImageBuffer> change) : this(name, python, new Fixed(change))
    {
    }

    /// <summary>The same into memory that is there already, as training has it, where that is possible.</summary>
    internal Action<Image, byte[]> Repeat { get; private init; } = (image, _) => Ours(image);

    /// <summary>How many gray levels a color may be off; 0 means that every pixel must be the same.</summary>
    internal int Levels { get; init; }

    /// <summary>The fraction of pixels that may be off at all.</summary>
    internal double Fraction { get; init; }

    private static Image Apply(ImageTransform[] transforms, Image image)
    {
        ImageRandom random = new(0, 0, 0);
        using DecodedPixels pixels = new(image);
        return TransformPipeline.Apply(transforms, pixels, ref random);
    }

    private static void Apply(ImageTransform[] transforms, Image image, byte[] target)
    {
        ImageRandom random = new(0, 0, 0);
        using DecodedPixels pixels = new(image);
        TransformPipeline.Apply(transforms, pixels, ref random, target);
    }

    private sealed record Fixed(Action<ImageBuffer> Do) : BuiltInTransform
    {
        internal override void Change(ImageBuffer buffer, ref ImageRandom random) => Do(buffer);
    }
}

/// <summary>Everything that is compared with torchvision, by the tests and in docs/transforms.md.</summary>
internal static class TransformCases
{
    internal static IReadOnlyList<TransformCase> All { get; } =
        [.. CropCases.All, .. GeometryCases.All, .. ColorCases.All, .. PolicyCases.All];
}
