using System.Security.Cryptography;
using MLTransfer.Imaging.Transforms;

namespace MLTransfer.Imaging;

/// <summary>An encoded image in memory.</summary>
/// <param name="Name">What messages call it.</param>
/// <param name="Bytes">
/// The whole content of an image file: JPEG, PNG, WebP, BMP, GIF, TIFF or Netpbm; HEIC, AVIF and JPEG XL where the system has a codec.
/// </param>
public sealed record EncodedImage(string Name, ReadOnlyMemory<byte> Bytes) : ImageSource
{
    /// <inheritdoc/>
    public override string Name { get; } = Name;

    /// <inheritdoc/>
    public override byte[] ContentHash() => SHA256.HashData(Bytes.Span);

    internal override DecodedPixels Open(DecodingOptions options, ReductionChoice? choose = null) =>
        ImageDecoder.Decode(Name, Bytes, options, choose);
}
