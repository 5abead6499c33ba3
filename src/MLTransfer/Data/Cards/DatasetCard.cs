using System.Text.Json.Serialization;
using MLTransfer.Downloads;

namespace MLTransfer.Data.Cards;

/// <summary>Verified facts about a published data set.</summary>
internal sealed record DatasetCard
{
    /// <summary>The name on the command line, such as <c>fashion-mnist</c>.</summary>
    public required string Name { get; init; }

    /// <summary>A description in one line.</summary>
    public required string Title { get; init; }

    /// <summary>The learning task, such as <c>classification</c>.</summary>
    public required string Task { get; init; }

    /// <summary>The number of classes.</summary>
    public required int Classes { get; init; }

    /// <summary>The classes in the order of their numbers; null where there are many.</summary>
    public IReadOnlyList<string>? ClassNames { get; init; }

    /// <summary>Size and color of the images: <c>28 x 28, gray</c>.</summary>
    public string? Images { get; init; }

    /// <summary>The splits it is published in.</summary>
    public required IReadOnlyList<DatasetSplit> Splits { get; init; }

    /// <summary>How the unpacked files are read as labeled images.</summary>
    public required DatasetLayout Layout { get; init; }

    /// <summary>The lists of a data set with <see cref="DatasetLayout.Lists"/>.</summary>
    public IReadOnlyList<DatasetList> Lists { get; init; } = [];

    /// <summary>The files to download.</summary>
    public required IReadOnlyList<DatasetFile> Files { get; init; }

    /// <summary>The license, as SPDX identifier or in words; null where the publishers state none.</summary>
    public string? Licence { get; init; }

    /// <summary>The publication to cite.</summary>
    public required string Citation { get; init; }

    /// <summary>The publishers' page.</summary>
    public required Uri Homepage { get; init; }

    /// <summary>Caveats for its use.</summary>
    public string? Notes { get; init; }

    /// <summary>The size of the download in bytes; null where the size of a file is not known.</summary>
    [JsonIgnore]
    public long? Bytes => Files.Aggregate((long?)0, (sum, file) => sum + file.Bytes);
}

/// <summary>A published split of a data set.</summary>
/// <param name="Name">The publishers' name of it; <c>all</c> for an undivided data set.</param>
internal sealed record DatasetSplit(string Name)
{
    /// <summary>The number of images; null where it is not known.</summary>
    public int? Images { get; init; }

    /// <summary>
    /// Its path in the unpacked data set: an image folder, or the file of its images; null where it has no path of its own.
    /// </summary>
    public string? Path { get; init; }
}

/// <summary>How unpacked files are read as labeled images.</summary>
internal enum DatasetLayout
{
    /// <summary>A folder with one sub-folder of images per class.</summary>
    ImageFolder,

    /// <summary>MNIST's files: pairs of images and labels, compressed by gzip.</summary>
    Idx,

    /// <summary>CIFAR's binary files.</summary>
    CifarBinary,

    /// <summary>Images listed by text files, from which <c>manifest.csv</c> is generated.</summary>
    Lists,

    /// <summary>The labels are in files that are not supported: the files are only unpacked.</summary>
    Unlabelled,
}

/// <summary>A text file that lists the images of a split, one per line.</summary>
/// <param name="Split">The split.</param>
/// <param name="File">The text file, in the unpacked data set.</param>
/// <param name="Line">A regular expression with the groups <c>label</c> and <c>name</c>; lines that do not match are skipped.</param>
/// <param name="Image">The image's path in the unpacked data set, with the placeholders <c>{label}</c> and <c>{name}</c>.</param>
internal sealed record DatasetList(string Split, string File, string Line, string Image);

/// <summary>A file of a data set to download.</summary>
/// <param name="Urls">Its addresses: the original one, then mirrors.</param>
internal sealed record DatasetFile(IReadOnlyList<Uri> Urls)
{
    /// <summary>Its size; null where it is not published.</summary>
    public long? Bytes { get; init; }

    /// <summary>Its SHA-256 in lower-case hexadecimal; null where none is published.</summary>
    public string? Sha256 { get; init; }

    /// <summary>Its MD5 in lower-case hexadecimal; null where none is published.</summary>
    public string? Md5 { get; init; }

    /// <summary>The sub-folder of the data set to unpack it into; null for the data set's own folder.</summary>
    public string? Into { get; init; }

    /// <summary>Its file name, from its first address.</summary>
    [JsonIgnore]
    public string Name => Uri.UnescapeDataString(Urls[0].Segments[^1]);

    /// <summary>Its published hash; null where there is none.</summary>
    [JsonIgnore]
    public Checksum? Checksum => (Sha256, Md5) switch
    {
        ({ } sha256, _) => Checksum.Sha256(sha256),
        (_, { } md5) => Checksum.Md5(md5),
        _ => null,
    };
}
