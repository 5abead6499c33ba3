namespace MLTransfer.Models.Families;

/// <summary>Numbers of channels that suit the processor.</summary>
internal static class ChannelCount
{
    /// <summary>
    /// The multiple of <paramref name="divisor"/> nearest to a number of channels, at least one and never more than 10 % below it: the
    /// rounding of TensorFlow's MobileNets, which torchvision follows.
    /// </summary>
    public static long Rounded(double channels, long divisor = 8)
    {
        long rounded = Math.Max(divisor, (long)(channels + divisor / 2.0) / divisor * divisor);
        return rounded < 0.9 * channels ? rounded + divisor : rounded;
    }
}
