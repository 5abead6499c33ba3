using MLTransfer.Imaging;

namespace MLTransfer.Evaluation.Inspection;

/// <summary>Whether an image shows nothing but one colour.</summary>
internal static class OneColour
{
    // JPEG lets a plain colour vary by a few levels.
    private const int Spread = 8;

    public static bool Is(Image image)
    {
        Span<byte> least = [255, 255, 255], most = [0, 0, 0];
        ReadOnlySpan<byte> pixels = image.Pixels;
        for (int at = 0; at < pixels.Length; at += 3)
        {
            for (int colour = 0; colour < 3; colour++)
            {
                byte value = pixels[at + colour];
                least[colour] = Math.Min(least[colour], value);
                most[colour] = Math.Max(most[colour], value);
                if (most[colour] - least[colour] > Spread)
                    return false;
            }
        }
        return true;
    }
}
