using System.Globalization;
using System.Text.Json.Serialization;
using MLTransfer.Imaging.Transforms;

namespace MLTransfer.Imaging;

/// <summary>The preprocessing that a backbone expects: the size of images, and how colors are normalized.</summary>
public sealed record Preprocessing
{
    /// <summary>The largest side, in pixels, of images that are augmented as CIFAR's are.</summary>
    internal const int LargestSmallImage = 64;

    /// <summary>
    /// Standard preprocessing for ImageNet: shorter side 256, center 224 × 224, ImageNet's mean and standard deviation (as torchvision's
    /// weights document them).
    /// </summary>
    public static Preprocessing ImageNet { get; } = new();

    /// <summary>The sizes of <see cref="ImageNet"/> with colors in [-1, 1], as networks from TensorFlow expect them.</summary>
    public static Preprocessing Inception { get; } = new() { Mean = new(0.5f, 0.5f, 0.5f), StandardDeviation = new(0.5f, 0.5f, 0.5f) };

    /// <summary>
    /// The sizes of <see cref="ImageNet"/> with colors from 0 to 255, as networks expect them that normalize by themselves.
    /// </summary>
    public static Preprocessing Bytes { get; } = new() { Mean = default, StandardDeviation = new(1 / 255f, 1 / 255f, 1 / 255f) };

    /// <summary>Whole images of 32 × 32 pixels, normalized as <see cref="ImageNet"/>.</summary>
    public static Preprocessing Cifar { get; } = new() { ResizeTo = 32, CropTo = 32 };

    /// <summary>Length of the shorter side after resizing, in pixels. Default 256.</summary>
    public int ResizeTo { get; init; } = 256;

    /// <summary>Side of the square that the network sees, in pixels. Default 224.</summary>
    public int CropTo { get; init; } = 224;

    /// <summary>How pixels are interpolated. Default <see cref="Interpolation.Bilinear"/>.</summary>
    public Interpolation Interpolation { get; init; } = Interpolation.Bilinear;

    /// <summary>Subtracted from colors in [0, 1]. Default ImageNet's 0.485, 0.456, 0.406.</summary>
    public Rgb Mean { get; init; } = new(0.485f, 0.456f, 0.406f);

    /// <summary>Divides colors after the mean is subtracted. Default ImageNet's 0.229, 0.224, 0.225.</summary>
    public Rgb StandardDeviation { get; init; } = new(0.229f, 0.224f, 0.225f);

    /// <summary>The order of the color channels that the network sees. Default <see cref="ChannelOrder.Rgb"/>.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public ChannelOrder Channels { get; init; }

    /// <summary>
    /// Replaces resizing the shorter side and cutting the center; must end with squares of <see cref="CropTo"/> pixels and should not be
    /// random. Model files keep them, so custom transforms must be registered first: <see cref="ImageTransform.Register{T}"/>.
    /// Default null.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull), JsonConverter(typeof(TransformJson))]
    public IReadOnlyList<ImageTransform>? Transforms { get; init; }

    /// <summary>The same for another image size, with the ratio of <see cref="ResizeTo"/> to <see cref="CropTo"/> kept.</summary>
    /// <param name="size">The new <see cref="CropTo"/>, in pixels.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="size"/> is not positive.</exception>
    /// <exception cref="InvalidOperationException">There are <see cref="Transforms"/>, which end with another size.</exception>
    public Preprocessing ForSize(int size)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(size, 1);
        if (Transforms is not null && size != CropTo)
            throw new InvalidOperationException(
                $"The transforms of this preprocessing end with images of {CropTo} pixels, not {size}; choose other transforms.");
        return this with { CropTo = size, ResizeTo = (int)Math.Round((double)size * ResizeTo / CropTo) };
    }

    /// <summary>What is wrong with <see cref="Transforms"/>; null where nothing is.</summary>
    internal string? Complaint =>
        Transforms is null ? null : Complain(Transforms, CropTo) ?? TransformJson.ComplainAboutUnregistered(Transforms);

    /// <summary>
    /// What evaluation and prediction do to an image: <see cref="Transforms"/>, or resize its shorter side and cut the center.
    /// </summary>
    public IReadOnlyList<ImageTransform> EvaluationTransforms() =>
        Transforms ?? [new Resize(ResizeTo, Interpolation), new CenterCrop(CropTo)];

    /// <summary>
    /// What augmented training does: a random resized crop, and a horizontal flip with probability 1/2. Where evaluation sees whole
    /// images of at most 64 pixels, they are shifted by up to an eighth instead, as is usual for CIFAR: enlarging a part of so few pixels
    /// would only blur it. Ignores <see cref="Transforms"/>.
    /// </summary>
    public IReadOnlyList<ImageTransform> TrainingTransforms() => CropTo == ResizeTo && CropTo <= LargestSmallImage
        ? [new Resize(ResizeTo, Interpolation), new RandomCrop(CropTo, CropTo / 8), new RandomHorizontalFlip()]
        : [new RandomResizedCrop(CropTo) { Scale = new(0.35, 1), Interpolation = Interpolation }, new RandomHorizontalFlip()];

    /// <summary>What is wrong with transforms that should end with squares of a size; null where nothing is.</summary>
    internal static string? Complain(IReadOnlyList<ImageTransform> transforms, int size) => TransformPipeline.SizeAfter(transforms) switch
    {
        null => $"the transforms leave images at different sizes; end with {nameof(CenterCrop)}({size}) or "
            + $"{nameof(RandomResizedCrop)}({size})",
        var (width, height) when width != size || height != size =>
        $"the transforms end with {width} × {height} pixels, and the network is to see {size} × {size}",
        _ => null,
    };
}

/// <summary>The order of color channels.</summary>
public enum ChannelOrder
{
    /// <summary>Red, green, blue.</summary>
    Rgb,

    /// <summary>Blue, green, red, as OpenCV, Caffe and Azure's Custom Vision have them.</summary>
    Bgr,
}

/// <summary>A number for each color channel.</summary>
/// <param name="R">Red.</param>
/// <param name="G">Green.</param>
/// <param name="B">Blue.</param>
public readonly record struct Rgb(float R, float G, float B)
{
    /// <summary>Parses one number for all channels, or three with commas.</summary>
    /// <exception cref="FormatException">It is neither.</exception>
    internal static Rgb Parse(string text)
    {
        float?[] numbers = [.. text.Split(',').Select(Number)];
        return numbers switch
        {
            [{ } all] => new(all, all, all),
            [{ } red, { } green, { } blue] => new(red, green, blue),
            _ => throw new FormatException(
                $"'{text}' is no number for all color channels, such as 0.5, and no three for red, green and blue, such as "
                + "0.485,0.456,0.406."),
        };

        static float? Number(string word) => float.TryParse(
            word, NumberStyles.AllowDecimalPoint | NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out float number)
            && float.IsFinite(number) ? number : null;
    }
}
