namespace MLTransfer.Imaging.Transforms;

/// <summary>Random shares that add up to 1.</summary>
internal static class Dirichlet
{
    /// <param name="alpha">The concentration: 1 makes all divisions equally likely.</param>
    /// <param name="shares">Receives the shares.</param>
    /// <param name="random">Where chance comes from.</param>
    internal static void Sample(double alpha, Span<float> shares, ref ImageRandom random)
    {
        Span<double> parts = stackalloc double[shares.Length];
        double sum = 0;
        foreach (ref double part in parts)
            sum += part = random.Gamma(alpha);
        // A very small concentration can leave nothing of any part.
        for (int i = 0; i < shares.Length; i++)
            shares[i] = (float)(sum > 0 ? parts[i] / sum : 1.0 / shares.Length);
    }
}
