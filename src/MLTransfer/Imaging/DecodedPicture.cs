using System.Security.Cryptography;

namespace MLTransfer.Imaging;

/// <summary>A picture that is decoded already.</summary>
/// <param name="Name">What messages call it.</param>
/// <param name="Picture">Its pixels.</param>
public sealed record DecodedPicture(string Name, Picture Picture) : PictureSource
{
    /// <inheritdoc/>
    public override string Name { get; } = Name;

    /// <inheritdoc/>
    public override byte[] ContentHash()
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(BitConverter.GetBytes(Picture.Width));
        hash.AppendData(BitConverter.GetBytes(Picture.Height));
        hash.AppendData(Picture.Pixels);
        return hash.GetHashAndReset();
    }

    internal override DecodedPixels Open(DecodingOptions options, ReductionChoice? choose = null) => new(Picture);
}
