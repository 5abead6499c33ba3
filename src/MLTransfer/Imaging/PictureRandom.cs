namespace MLTransfer.Imaging;

/// <summary>
/// The chance of one picture in one epoch: Steele's SplitMix64, started at a hash of seed, epoch and index. So what happens to a picture
/// depends neither on the pictures before it nor on the number of threads.
/// </summary>
public struct PictureRandom
{
    private const ulong Step = 0x9E3779B97F4A7C15;

    private ulong _state;

    /// <summary>Starts the sequence of a picture.</summary>
    /// <param name="seed">The run's seed.</param>
    /// <param name="epoch">The epoch.</param>
    /// <param name="index">The picture's index in the data set.</param>
    public PictureRandom(int seed, int epoch, int index)
    {
        _state = (uint)seed;
        _state = Next() ^ (uint)epoch;
        _state = Next() ^ (uint)index;
    }

    /// <summary>A number from <paramref name="low"/> up to but not including <paramref name="high"/>, all equally likely.</summary>
    /// <param name="low">The lower end.</param>
    /// <param name="high">The upper end.</param>
    public double Between(double low, double high) => low + (high - low) * ((Next() >> 11) * (1.0 / (1UL << 53)));

    /// <summary>A whole number from 0 up to but not including <paramref name="count"/>, all equally likely (to one part in 2³²).</summary>
    /// <param name="count">At least 1.</param>
    public int Below(int count) => (int)(((Next() >> 32) * (ulong)count) >> 32);

    private ulong Next()
    {
        ulong mixed = _state += Step;
        mixed = (mixed ^ (mixed >> 30)) * 0xBF58476D1CE4E5B9;
        mixed = (mixed ^ (mixed >> 27)) * 0x94D049BB133111EB;
        return mixed ^ (mixed >> 31);
    }
}
