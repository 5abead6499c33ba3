using System.Text.Json.Serialization;
using MLTransfer.Downloads;

namespace MLTransfer.Cli.Weights;

/// <summary>What was found out about a file; also the document of 'mlt weights verify --json'.</summary>
internal sealed record VerifiedFile(
    string File,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Weights,
    [property: JsonConverter(typeof(JsonStringEnumConverter<FileState>))] FileState State,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Sha256,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Expected)
{
    internal static async Task<VerifiedFile> OfAsync(Suspect suspect, CancellationToken cancel)
    {
        if (!System.IO.File.Exists(suspect.File))
            return new(suspect.File, suspect.Weights, FileState.Absent, null, suspect.Expected);
        var sha256 = await FileHash.OfAsync(suspect.File, cancel).ConfigureAwait(false);
        var state = suspect.Expected is not { } expected ? FileState.Unknown
            : sha256.StartsWith(expected, StringComparison.Ordinal) ? FileState.Intact
            : FileState.Damaged;
        return new(suspect.File, suspect.Weights, state, sha256, suspect.Expected);
    }

    internal string InWords()
    {
        var file = Weights is null ? File : $"{File} ({Weights})";
        return State switch
        {
            FileState.Intact => $"intact   {file}",
            FileState.Damaged => $"damaged  {file}: its SHA-256 is {Sha256}; expected: {Expected}. Delete it; it is then downloaded anew.",
            FileState.Absent => $"absent   {file}: not on this machine. 'mlt weights get' downloads it.",
            _ => $"unknown  {file}: its name says nothing about its SHA-256, which is {Sha256}.",
        };
    }
}

/// <summary>How a file stands to what is known of it.</summary>
internal enum FileState
{
    /// <summary>Its SHA-256 agrees.</summary>
    [JsonStringEnumMemberName("intact")]
    Intact,

    /// <summary>Its SHA-256 disagrees.</summary>
    [JsonStringEnumMemberName("damaged")]
    Damaged,

    /// <summary>Nobody knows what its SHA-256 should be.</summary>
    [JsonStringEnumMemberName("unknown")]
    Unknown,

    /// <summary>It is not on this machine.</summary>
    [JsonStringEnumMemberName("absent")]
    Absent,
}
