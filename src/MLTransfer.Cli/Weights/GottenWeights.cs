using System.Text.Json.Serialization;
using MLTransfer.Cli.Screen;
using MLTransfer.Weights;

namespace MLTransfer.Cli.Weights;

/// <summary>Weights that are on this machine now; also the document of 'mlt weights get --json'.</summary>
internal sealed record GottenWeights(
    string Name,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Path,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] long? Bytes,
    bool Downloaded,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Licence)
{
    internal static GottenWeights Of(LocalWeights weights, WeightsReference reference, bool downloaded) => new(
        weights.Name, weights.Path, weights.Path is { } path ? new FileInfo(path).Length : null, downloaded, reference.Published?.Licence);

    internal string InWords()
    {
        var size = Bytes is { } bytes ? $", {Figures.Bytes(bytes)}" : "";
        var licence = Licence is { } name ? $", licence {name}" : "";
        return $"{Path ?? "part of MLTransfer"}: {Name} ({(Downloaded ? "downloaded" : "was there")}{size}{licence})";
    }
}
