namespace MLTransfer.Imaging;

/// <summary>How pictures are loaded.</summary>
public sealed record BatchLoaderOptions
{
    /// <summary>Pictures in a batch; the last one may have fewer. Default 32.</summary>
    public int BatchSize { get; init; } = 32;

    /// <summary>Threads that decode and transform; 0: as many as there are processors. Default 0. Results do not depend on it.</summary>
    public int Threads { get; init; }

    /// <summary>Batches prepared ahead of the one in use; more where the threads would run dry. Default 2.</summary>
    public int BatchesAhead { get; init; } = 2;

    /// <summary>Decides, with the epoch and the picture's index, what random transforms do. Default 0.</summary>
    public int Seed { get; init; }

    /// <summary>How large a picture may be.</summary>
    public PictureLimits Limits { get; init; } = PictureLimits.Default;
}
