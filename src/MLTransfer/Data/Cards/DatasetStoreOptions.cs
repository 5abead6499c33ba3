using MLTransfer.Downloads;

namespace MLTransfer.Data.Cards;

/// <summary>How data sets are downloaded.</summary>
public sealed record DatasetStoreOptions
{
    /// <summary>The folder for downloads that are not unpacked yet; made when something is downloaded.</summary>
    public required string CacheFolder { get; init; }

    /// <summary>What replaces the scheme and the host of addresses; the path stays the same. Default: null, nothing does.</summary>
    public Uri? Mirror { get; init; }

    /// <summary>Whether nothing may be downloaded. Default: false.</summary>
    public bool Offline { get; init; }

    internal DownloadConditions Conditions { get; init; } = DownloadConditions.Usual;

    /// <summary>Where a file can be had, in the order in which it is tried.</summary>
    internal IReadOnlyList<Uri> AddressesOf(DatasetFile file) =>
        Mirror is null ? file.Urls : [new(Mirror, file.Urls[0].PathAndQuery.TrimStart('/'))];
}
