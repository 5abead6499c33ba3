namespace MLTransfer.Tests.Imaging;

/// <summary>How far two pictures' pixels are apart, in grey levels.</summary>
internal sealed record PixelDifference(int Largest, double Mean, double ShareThatDiffers)
{
    internal static PixelDifference Between(ReadOnlySpan<byte> expected, ReadOnlySpan<byte> actual)
    {
        Assert.Equal(expected.Length, actual.Length);
        int largest = 0, differing = 0;
        long sum = 0;
        for (int i = 0; i < expected.Length; i++)
        {
            int difference = Math.Abs(expected[i] - actual[i]);
            largest = Math.Max(largest, difference);
            sum += difference;
            differing += difference > 0 ? 1 : 0;
        }
        return new PixelDifference(largest, (double)sum / expected.Length, (double)differing / expected.Length);
    }
}
