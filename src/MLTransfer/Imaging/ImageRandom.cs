namespace MLTransfer.Imaging;

/// <summary>
/// The random numbers of one image in one epoch: SplitMix64 (Steele, Lea and Flood 2014), seeded by a hash of seed, epoch and index. So
/// what happens to an image depends neither on the images before it nor on the number of threads.
/// </summary>
public struct ImageRandom
{
    private const ulong Step = 0x9E3779B97F4A7C15;

    private ulong _state;

    /// <summary>Starts the sequence of an image.</summary>
    /// <param name="seed">The run's seed.</param>
    /// <param name="epoch">The epoch.</param>
    /// <param name="index">The image's index in the data set.</param>
    public ImageRandom(int seed, int epoch, int index)
    {
        _state = (uint)seed;
        _state = Next() ^ (uint)epoch;
        _state = Next() ^ (uint)index;
    }

    /// <summary>Starts the sequence of an image that may occur several times in an epoch.</summary>
    /// <param name="seed">The run's seed.</param>
    /// <param name="epoch">The epoch.</param>
    /// <param name="index">The image's index in the data set.</param>
    /// <param name="occurrence">How often it occurred before in this epoch; 0 gives the sequence of the other constructor.</param>
    internal ImageRandom(int seed, int epoch, int index, int occurrence) : this(seed, epoch, index)
    {
        if (occurrence > 0)
            _state = Next() ^ (uint)occurrence;
    }

    /// <summary>A uniform number in [<paramref name="low"/>, <paramref name="high"/>).</summary>
    /// <param name="low">The lower end.</param>
    /// <param name="high">The upper end.</param>
    public double Between(double low, double high) => low + (high - low) * ((Next() >> 11) * (1.0 / (1UL << 53)));

    /// <summary>A uniform integer in [0, <paramref name="count"/>), with a bias of at most one part in 2³².</summary>
    /// <param name="count">At least 1.</param>
    public int Below(int count) => (int)(((Next() >> 32) * (ulong)count) >> 32);

    /// <summary>True with a probability.</summary>
    /// <param name="probability">From 0 (never) to 1 (always).</param>
    public bool Happens(double probability) => Between(0, 1) < probability;

    /// <summary>Shuffles numbers in place, all orders equally likely.</summary>
    /// <param name="numbers">The numbers.</param>
    public void Shuffle(Span<int> numbers)
    {
        for (int left = numbers.Length; left > 1; left--)
        {
            int chosen = Below(left);
            (numbers[left - 1], numbers[chosen]) = (numbers[chosen], numbers[left - 1]);
        }
    }

    /// <summary>A number from the normal distribution with mean 0 and variance 1 (Box and Muller 1958).</summary>
    public double Normal() => Math.Sqrt(-2 * Math.Log(1 - Between(0, 1))) * Math.Cos(2 * Math.PI * Between(0, 1));

    /// <summary>A number in [0, 1] from the beta distribution.</summary>
    /// <param name="a">Its first parameter, above 0.</param>
    /// <param name="b">Its second parameter, above 0.</param>
    public double Beta(double a, double b)
    {
        double first = Gamma(a), second = Gamma(b);
        // With tiny parameters both may underflow to 0: then the result is one of the ends.
        return first + second > 0 ? first / (first + second) : Between(0, 1) < a / (a + b) ? 1 : 0;
    }

    /// <summary>
    /// A number from the gamma distribution with scale 1 (Marsaglia and Tsang 2000, https://doi.org/10.1145/358407.358414).
    /// </summary>
    /// <param name="shape">The shape parameter, above 0.</param>
    public double Gamma(double shape)
    {
        if (shape < 1)
            return Gamma(shape + 1) * Math.Pow(Between(0, 1), 1 / shape);
        double d = shape - 1.0 / 3, c = 1 / Math.Sqrt(9 * d);
        while (true)
        {
            double x = Normal(), v = Math.Pow(1 + c * x, 3);
            if (v > 0 && Math.Log(1 - Between(0, 1)) < x * x / 2 + d * (1 - v + Math.Log(v)))
                return d * v;
        }
    }

    private ulong Next()
    {
        ulong mixed = _state += Step;
        mixed = (mixed ^ (mixed >> 30)) * 0xBF58476D1CE4E5B9;
        mixed = (mixed ^ (mixed >> 27)) * 0x94D049BB133111EB;
        return mixed ^ (mixed >> 31);
    }
}
