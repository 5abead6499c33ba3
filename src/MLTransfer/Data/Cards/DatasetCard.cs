using System.Text.Json.Serialization;

namespace MLTransfer.Data.Cards;

/// <summary>What is known of a published data set. What is not known for sure is left out.</summary>
public sealed record DatasetCard
{
    /// <summary>The name in options and on the command line: <c>fashion-mnist</c>.</summary>
    public required string Name { get; init; }

    /// <summary>What it is, in a line.</summary>
    public required string Title { get; init; }

    /// <summary>What is learned from it: <c>classification</c>.</summary>
    public required string Task { get; init; }

    /// <summary>How many classes there are.</summary>
    public required int Classes { get; init; }

    /// <summary>The classes in the order of their numbers; null where they are many.</summary>
    public IReadOnlyList<string>? ClassNames { get; init; }

    /// <summary>What the images are like: <c>28 x 28, grey</c>.</summary>
    public string? Images { get; init; }

    /// <summary>The parts it comes in.</summary>
    public required IReadOnlyList<DatasetSplit> Splits { get; init; }

    /// <summary>How its unpacked files become labelled images.</summary>
    public required DatasetLayout Layout { get; init; }

    /// <summary>Where <see cref="Layout"/> is <see cref="DatasetLayout.Lists"/>: the lists.</summary>
    public IReadOnlyList<DatasetList> Lists { get; init; } = [];

    /// <summary>What to download.</summary>
    public required IReadOnlyList<DatasetFile> Files { get; init; }

    /// <summary>The licence, by its SPDX name or in words; null where its publishers do not state one.</summary>
    public string? Licence { get; init; }

    /// <summary>Whom to cite.</summary>
    public required string Citation { get; init; }

    /// <summary>Where its publishers tell of it.</summary>
    public required Uri Homepage { get; init; }

    /// <summary>What one should know before using it.</summary>
    public string? Notes { get; init; }

    /// <summary>The bytes to download; null where the size of a file is not known.</summary>
    [JsonIgnore]
    public long? Bytes => Files.Aggregate((long?)0, (sum, file) => sum + file.Bytes);
}
