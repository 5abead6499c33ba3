using System.Numerics;
using MLTransfer.Data;
using MLTransfer.Imaging;

namespace MLTransfer.Evaluation.Inspection;

/// <summary>What the inspection keeps of a decoded image to compare it with others.</summary>
internal sealed class InspectedImage
{
    // JPEG lets a plain color vary by a few levels.
    private const int OneColorSpread = 8;

    private readonly GrayLevels _gray;

    internal InspectedImage(ImageRow row, string contentHash, Image image)
    {
        (Row, ContentHash, Size) = (row, contentHash, new(image.Width, image.Height));
        IsOneColor = HasOneColor(image.Pixels);
        DifferenceHash = HashDifferences(image);
        _gray = new GrayLevels(image);
    }

    internal ImageRow Row { get; }

    /// <summary>SHA-256 of the encoded image, in hexadecimal digits.</summary>
    internal string ContentHash { get; }

    internal ImageDimensions Size { get; }

    internal bool IsOneColor { get; }

    /// <summary>
    /// Krawetz's difference hash: each bit says whether one of 9 × 8 gray pixels is darker than its right neighbor. Scaling, compression
    /// and brightness change few bits.
    /// </summary>
    internal ulong DifferenceHash { get; }

    internal bool LooksLike(InspectedImage other, InspectionOptions options) =>
        BitOperations.PopCount(DifferenceHash ^ other.DifferenceHash) <= options.NearDistance
            && _gray.CorrelationWith(other._gray) >= options.NearCorrelation;

    private static ulong HashDifferences(Image image)
    {
        const int Width = 9, Height = 8;
        byte[] gray = Thumbnails.ShrinkToGray(image, Width, Height);
        ulong hash = 0;
        for (int y = 0; y < Height; y++)
            for (int x = 0; x + 1 < Width; x++)
                hash = (hash << 1) | (gray[y * Width + x + 1] > gray[y * Width + x] ? 1UL : 0);
        return hash;
    }

    private static bool HasOneColor(ReadOnlySpan<byte> pixels)
    {
        Span<byte> least = [255, 255, 255], most = [0, 0, 0];
        for (int at = 0; at < pixels.Length; at += 3)
        {
            for (int channel = 0; channel < 3; channel++)
            {
                byte value = pixels[at + channel];
                least[channel] = Math.Min(least[channel], value);
                most[channel] = Math.Max(most[channel], value);
                if (most[channel] - least[channel] > OneColorSpread)
                    return false;
            }
        }
        return true;
    }
}
