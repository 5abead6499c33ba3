using System.Text.Json.Serialization;
using MLTransfer.Cli.CommandLine;
using MLTransfer.Imaging;
using MLTransfer.Weights;

namespace MLTransfer.Cli.Weights;

/// <summary>Published weights and where they lie; also the document of 'mlt weights list --json'.</summary>
internal sealed record ListedWeights(
    string Name,
    string Backbone,
    string Version,
    bool Default,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] Uri? Url,
    string Sha256,
    long? AboutBytes,
    int Classes,
    ListedPreprocessing Preprocessing,
    double? Top1,
    string Licence,
    Uri Recipe,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Unusable,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Path)
{
    internal static ListedWeights Of(PublishedWeights weights, WeightStore store) => new(
        weights.Name, weights.Backbone, weights.Version, weights.Default, weights.Url, weights.Sha256, weights.AboutBytes, weights.Classes,
        ListedPreprocessing.Of(weights.Preprocessing), weights.Top1, weights.Licence, weights.Recipe, weights.Unusable,
        weights.Remote is { } remote ? store.Candidates(remote).FirstOrDefault() : null);
}

/// <summary>What published weights expect of an image.</summary>
internal sealed record ListedPreprocessing(
    int ResizeTo, int CropTo, string Interpolation, IReadOnlyList<float> Mean, IReadOnlyList<float> StandardDeviation)
{
    internal static ListedPreprocessing Of(Preprocessing expected) => new(
        expected.ResizeTo, expected.CropTo, CommandLine.CliOption.Word(expected.Interpolation), Numbers(expected.Mean),
        Numbers(expected.StandardDeviation));

    private static float[] Numbers(Rgb colour) => [colour.R, colour.G, colour.B];
}
