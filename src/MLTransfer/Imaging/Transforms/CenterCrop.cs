using System.Text.Json.Serialization;
using MLTransfer.Imaging.Kernels;

namespace MLTransfer.Imaging.Transforms;

/// <summary>Cuts the centre; where the image is smaller, black is added around it. As torchvision's <c>CenterCrop</c>.</summary>
public sealed record CenterCrop : FramingTransform
{
    /// <summary>Cuts a square.</summary>
    /// <param name="size">Its side in pixels.</param>
    /// <exception cref="ArgumentOutOfRangeException">The size is not positive, or above 1,048,576.</exception>
    public CenterCrop(int size) : this(size, size) { }

    /// <summary>Cuts a rectangle.</summary>
    /// <param name="width">In pixels.</param>
    /// <param name="height">In pixels.</param>
    /// <exception cref="ArgumentOutOfRangeException">A length is not positive, or above 1,048,576.</exception>
    public CenterCrop(int width, int height) : this(new ImageDimensions(width, height)) { }

    [JsonConstructor]
    private CenterCrop(ImageDimensions size)
    {
        Size = new ImageDimensions(Setting.Side(size.Width, "width"), Setting.Side(size.Height, "height"));
    }

    /// <summary>The size afterwards.</summary>
    public ImageDimensions Size { get; }

    internal override Framing? Frame(Framing framing, ref ImageRandom random) => framing.Crop(new Region(
        Start(framing.Size.Width, Size.Width), Start(framing.Size.Height, Size.Height), Size.Width, Size.Height));

    internal override ImageDimensions? SizeAfter(ImageDimensions? before) => Size;

    // The odd pixel goes where torchvision puts it: a half is rounded to even when cutting, down when adding.
    private static int Start(int before, int after) =>
        after > before ? -((after - before) / 2) : (int)Math.Round((before - after) / 2.0);
}
