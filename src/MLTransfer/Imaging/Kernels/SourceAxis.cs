namespace MLTransfer.Imaging.Kernels;

/// <summary>
/// One direction of the part of an image that is resampled, in the pixels that there are: fewer than the image's own where it was decoded
/// at a reduced scale, and the part then begins and ends within a pixel.
/// </summary>
/// <param name="Origin">The first pixel of which anything belongs to the part.</param>
/// <param name="Count">Pixels of which anything belongs to it.</param>
/// <param name="Start">Where it begins, counted from <paramref name="Origin"/>.</param>
/// <param name="Length">How long it is.</param>
internal readonly record struct SourceAxis(int Origin, int Count, double Start, double Length)
{
    /// <param name="first">Where the part begins in the whole image.</param>
    /// <param name="count">How long it is there.</param>
    /// <param name="stored">How many pixels there are.</param>
    /// <param name="reduction">How many of the image's pixels each of them stands for.</param>
    internal static SourceAxis Of(int first, int count, int stored, int reduction)
    {
        double start = (double)first / reduction, end = ((double)first + count) / reduction;
        int origin = (int)start;
        return new SourceAxis(origin, Math.Min((int)Math.Ceiling(end), stored) - origin, start - origin, (double)count / reduction);
    }
}
