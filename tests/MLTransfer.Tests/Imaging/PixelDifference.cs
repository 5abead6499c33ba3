namespace MLTransfer.Tests.Imaging;

/// <summary>How far two images are apart: their colors in gray levels, and the fraction of the pixels that are not the same.</summary>
internal sealed record PixelDifference(int Largest, double Mean, double FractionThatDiffers)
{
    internal static PixelDifference Between(ReadOnlySpan<byte> expected, ReadOnlySpan<byte> actual)
    {
        Assert.Equal(expected.Length, actual.Length);
        int largest = 0, differing = 0;
        long sum = 0;
        for (int i = 0; i < expected.Length; i += 3)
        {
            int inPixel = 0;
            for (int color = i; color < i + 3; color++)
            {
                int difference = Math.Abs(expected[color] - actual[color]);
                inPixel = Math.Max(inPixel, difference);
                sum += difference;
            }
            largest = Math.Max(largest, inPixel);
            differing += inPixel > 0 ? 1 : 0;
        }
        return new PixelDifference(largest, (double)sum / expected.Length, (double)differing / (expected.Length / 3));
    }
}
