using System.Diagnostics;
using MLTransfer.Errors;
using MLTransfer.Imaging.Kernels;

namespace MLTransfer.Imaging.Transforms;

/// <summary>
/// A transform of an image before a network sees it. Derive a record from it for a custom transform: override
/// <see cref="Transform"/>, and <see cref="SizeAfter"/> where the size changes.
/// </summary>
/// <remarks>
/// Transforms are immutable, are called by several threads at once and are never disposed. All randomness comes from the
/// <see cref="ImageRandom"/> passed in, so that a seed decides the results. A transform that is saved with a model, or in what a
/// checkpoint must agree with, is written as its public properties and read through its constructor, by System.Text.Json:
/// <see cref="Register{T}"/> gives it a name.
/// </remarks>
public abstract record ImageTransform
{
    /// <summary>Returns the transformed image as a new one.</summary>
    /// <param name="image">The image; it is not changed.</param>
    /// <param name="random">Random numbers for the transforms that use them.</param>
    /// <exception cref="ImageException">The result would be larger than an image can be.</exception>
    /// <exception cref="InvalidOperationException">The result has another size than <see cref="SizeAfter"/> promised.</exception>
    public Image Apply(Image image, ref ImageRandom random)
    {
        ArgumentNullException.ThrowIfNull(image);
        using DecodedPixels pixels = new(image);
        return TransformPipeline.Apply([this], pixels, ref random);
    }

    /// <summary>
    /// Registers a custom transform, so that model files and checkpoints that name it can be written and read. Call it once when
    /// the program starts, before any such file is loaded; calling it again does nothing.
    /// </summary>
    /// <typeparam name="T">The transform.</typeparam>
    /// <param name="name">Its name in files. A transform that gives other pixels than before should get a new one.</param>
    /// <exception cref="ArgumentException">
    /// The name is empty or belongs to another transform, or the transform is abstract or has another name.
    /// </exception>
    public static void Register<T>(string name)
        where T : ImageTransform => TransformJson.Register(typeof(T), name);

    /// <summary>Transforms an image.</summary>
    /// <param name="image">The image. It is a copy: its pixels may be changed and the same object returned.</param>
    /// <param name="random">The only permitted source of randomness.</param>
    /// <returns>An image of the size that <see cref="SizeAfter"/> promises.</returns>
    /// <exception cref="ImageException">Thrown by a transform to leave this image out, with the reason.</exception>
    protected internal abstract Image Transform(Image image, ref ImageRandom random);

    /// <summary>The size of every result in pixels. Default: the size before.</summary>
    /// <param name="before">The size that every input has; null where inputs differ.</param>
    /// <returns>Null where the size depends on the image or is random.</returns>
    protected internal virtual ImageDimensions? SizeAfter(ImageDimensions? before) => before;

    /// <summary>
    /// Adds this transform to a plan; null, before any random number is drawn, where it needs the pixels of the plan first.
    /// </summary>
    internal virtual CropResizePlan? Plan(in CropResizePlan plan, ref ImageRandom random) => null;

    /// <summary>Changes the pixels, where even the plan of a whole image needs them.</summary>
    internal virtual void Change(ImageBuffer buffer, ref ImageRandom random)
    {
        ImageDimensions before = buffer.Size;
        Image result = Transform(buffer.ToImage(), ref random)
            ?? throw new InvalidOperationException($"The transform {GetType().Name} returned null instead of an image.");
        if (SizeAfter(before) is { } promised && promised != result.Size)
            throw new InvalidOperationException(
                $"The transform {GetType().Name} made {result.Width} x {result.Height} pixels of an image of {before.Width} x "
                + $"{before.Height}; its {nameof(SizeAfter)} promised {promised.Width} x {promised.Height}.");
        buffer.Set(result);
    }
}

/// <summary>
/// A transform of this library. It cannot be derived from; custom transforms derive from <see cref="ImageTransform"/>.
/// </summary>
public abstract record BuiltInTransform : ImageTransform
{
    // Sums of several sides still fit 32 bits.
    private const int LongestSide = 1 << 20;

    private protected BuiltInTransform()
    {
    }

    /// <inheritdoc/>
    protected internal sealed override Image Transform(Image image, ref ImageRandom random) => Apply(image, ref random);

    internal override void Change(ImageBuffer buffer, ref ImageRandom random) =>
        throw new UnreachableException($"The plan of {GetType().Name} never needs pixels.");

    /// <summary>Checks the length of a side in pixels.</summary>
    internal static int RequireSide(int value, string name) => Require.Between(1, value, LongestSide, name);

    /// <summary>Checks the width of a border in pixels.</summary>
    internal static int RequireBorder(int value, string name) => Require.Between(0, value, LongestSide, name);
}
