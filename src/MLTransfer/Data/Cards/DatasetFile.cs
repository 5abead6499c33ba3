using System.Text.Json.Serialization;
using MLTransfer.Downloads;

namespace MLTransfer.Data.Cards;

/// <summary>A file of a data set that is downloaded.</summary>
/// <param name="Urls">Where it is: its own place, then mirrors.</param>
public sealed record DatasetFile(IReadOnlyList<Uri> Urls)
{
    /// <summary>Its size; null where it is not published.</summary>
    public long? Bytes { get; init; }

    /// <summary>Its SHA-256 in lower-case hexadecimal; null where none is published.</summary>
    public string? Sha256 { get; init; }

    /// <summary>Its MD5 in lower-case hexadecimal; null where none is published.</summary>
    public string? Md5 { get; init; }

    /// <summary>The folder of the data set that it is unpacked into; null for the data set's own.</summary>
    public string? Into { get; init; }

    /// <summary>What it is called: as in its first address.</summary>
    [JsonIgnore]
    public string Name => Uri.UnescapeDataString(Urls[0].Segments[^1]);

    /// <summary>How it is known again; null where nothing is published about it.</summary>
    [JsonIgnore]
    internal Checksum? Checksum => (Sha256, Md5) switch
    {
        ({ } sha256, _) => Checksum.Sha256(sha256),
        (_, { } md5) => Checksum.Md5(md5),
        _ => null,
    };
}
