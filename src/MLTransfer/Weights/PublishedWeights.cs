using System.Text.Json.Serialization;
using MLTransfer.Imaging;

namespace MLTransfer.Weights;

/// <summary>Weights that are published for a backbone: where they are, how to know them again, and what they expect of an image.</summary>
public sealed record PublishedWeights
{
    /// <summary>The backbone they were trained for.</summary>
    public required string Backbone { get; init; }

    /// <summary>What tells them from other weights of that backbone: <c>IMAGENET1K_V2</c>.</summary>
    public required string Version { get; init; }

    /// <summary>The name in options and on the command line: <c>resnet50/IMAGENET1K_V2</c>.</summary>
    [JsonIgnore]
    public string Name => $"{Backbone}/{Version}";

    /// <summary>Whether these are the weights that <c>default</c> stands for.</summary>
    public bool Default { get; init; }

    /// <summary>Where they can be downloaded; null for weights that lie in this library.</summary>
    public Uri? Url { get; init; }

    /// <summary>The resource of this library that holds them, a safetensors file; null for weights that are downloaded.</summary>
    public string? Resource { get; init; }

    /// <summary>The SHA-256 of the file or its first digits, at least eight, in lower-case hexadecimal.</summary>
    public required string Sha256 { get; init; }

    /// <summary>The size of the file in bytes, to within a percent; null where it is not known.</summary>
    public long? AboutBytes { get; init; }

    /// <summary>The number of classes they tell apart; 0 where they come without a classifier.</summary>
    public required int Classes { get; init; }

    /// <summary>What they expect an image to go through.</summary>
    public required Preprocessing Preprocessing { get; init; }

    /// <summary>
    /// The published share of the validation images of their data set (as the version names it) that they classify right; null where none
    /// is published.
    /// </summary>
    public double? Top1 { get; init; }

    /// <summary>The licence they are published under, by its SPDX name. The images they were trained on have terms of their own.</summary>
    public required string Licence { get; init; }

    /// <summary>Where it is told how they were trained.</summary>
    public required Uri Recipe { get; init; }

    /// <summary>Why they cannot be used here; null where they can.</summary>
    public string? Unusable { get; init; }

    /// <summary>The file to look for and to download; null for weights that lie in this library.</summary>
    [JsonIgnore]
    public RemoteWeights? Remote => Url is null ? null : new(Url, Sha256);
}
