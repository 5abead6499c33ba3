using MLTransfer.Data;
using MLTransfer.Imaging.Transforms;

namespace MLTransfer.Imaging;

/// <summary>An image yet to be read.</summary>
public abstract record ImageSource
{
    /// <summary>
    /// The image at a path: a file, or an image in a file that holds many, written <c>FILE!/NAME</c>: <c>images.zip!/ants/1.jpg</c>,
    /// <c>t10k-images-idx3-ubyte.gz!/123</c>.
    /// </summary>
    /// <param name="path">The path. Where no file of that name lies before <c>!/</c>, it is a plain file's.</param>
    public static ImageSource FromPath(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        return ContainerPath.Parse(path) is var (container, entry) ? new ContainedImage(path, container, entry) : new FileImage(path);
    }

    /// <summary>What messages call it: the path of a file, or the name it was given.</summary>
    public abstract string Name { get; }

    /// <summary>Reads and decodes the image.</summary>
    /// <param name="options">How; <see langword="null"/>: <see cref="DecodingOptions.Default"/>.</param>
    /// <exception cref="ImageException">The image cannot be read, is damaged or cut short, of a format that is not read, or too
    /// large.</exception>
    public Image Decode(DecodingOptions? options = null)
    {
        using DecodedPixels pixels = Open(options ?? DecodingOptions.Default);
        return pixels.ToImage();
    }

    /// <summary>SHA-256 of what makes the image: of the encoded bytes, or of the size and the pixels.</summary>
    /// <returns>32 bytes.</returns>
    /// <exception cref="ImageException">The file cannot be read.</exception>
    public abstract byte[] ContentHash();

    /// <summary>The pixels in the memory they were decoded to; the caller disposes them.</summary>
    /// <param name="options">How to decode.</param>
    /// <param name="choose">Asked how far the image may be reduced, where it has to be decoded first; never, when nothing is given.</param>
    internal abstract DecodedPixels Open(DecodingOptions options, ReductionChoice? choose = null);
}
