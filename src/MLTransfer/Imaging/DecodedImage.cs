using System.Security.Cryptography;
using MLTransfer.Imaging.Transforms;

namespace MLTransfer.Imaging;

/// <summary>An image that is decoded already.</summary>
/// <param name="Name">What messages call it.</param>
/// <param name="Image">Its pixels.</param>
public sealed record DecodedImage(string Name, Image Image) : ImageSource
{
    /// <inheritdoc/>
    public override string Name { get; } = Name;

    /// <inheritdoc/>
    public override byte[] ContentHash()
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(BitConverter.GetBytes(Image.Width));
        hash.AppendData(BitConverter.GetBytes(Image.Height));
        hash.AppendData(Image.Pixels);
        return hash.GetHashAndReset();
    }

    internal override DecodedPixels Open(DecodingOptions options, ReductionChoice? choose = null) => new(Image);
}
