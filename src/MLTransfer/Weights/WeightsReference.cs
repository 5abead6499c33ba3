using System.Diagnostics.CodeAnalysis;
using System.Text.RegularExpressions;
using MLTransfer.Errors;
using MLTransfer.Models;

namespace MLTransfer.Weights;

/// <summary>The value of the option <c>Weights</c>, parsed: random, published, a file, an address, or a file of a package.</summary>
internal sealed partial record WeightsReference
{
    /// <summary>The value for random weights, drawn from the seed.</summary>
    public const string None = "none";

    /// <summary>The value for a backbone's default weights.</summary>
    public const string Default = "default";

    private WeightsReference()
    {
    }

    /// <summary>Random weights.</summary>
    public static WeightsReference Random { get; } = new();

    /// <summary>Whether the weights are drawn from the seed.</summary>
    public bool IsRandom => File is null && Remote is null && Published is null;

    /// <summary>The path, where a file was named; null otherwise.</summary>
    public string? File { get; private init; }

    /// <summary>The file to find on this machine or to download; null for named files and for weights embedded in this library.</summary>
    public RemoteWeights? Remote { get; private init; }

    /// <summary>Their entry in the catalog; null where they have none.</summary>
    public PublishedWeights? Published { get; private init; }

    /// <summary>Their name in errors and logs.</summary>
    public string Name => Published?.Name ?? File ?? Remote?.Address ?? None;

    /// <summary>Published weights.</summary>
    /// <exception cref="ArgumentException">They cannot be used; the message says why.</exception>
    public static WeightsReference ForPublished(PublishedWeights weights)
    {
        ArgumentNullException.ThrowIfNull(weights);
        return weights.Unusable is null
            ? new() { Remote = weights.Remote, Published = weights }
            : throw new ArgumentException($"The weights '{weights.Name}' cannot be used: {weights.Unusable}. "
                + $"{WeightsCatalog.DescribeKnown(weights.Backbone, "")}", nameof(weights));
    }

    /// <summary>Parses the value given for a backbone.</summary>
    /// <param name="text"> <c>none</c> or null; <c>default</c>; a version (<c>IMAGENET1K_V2</c>) or a name (<c>resnet50/IMAGENET1K_V2</c>)
    /// of <see cref="WeightsCatalog"/>; an address, <c>https://host/name.pth#sha256=HASH</c>; a file of a NuGet package,
    /// <c>nuget:PACKAGE/VERSION#PATH</c>; else the path of a file. What is a name is never taken for a file: write <c>./default</c>.
    /// </param>
    /// <param name="backbone">The name of the backbone.</param>
    /// <exception cref="ArgumentException">It is none of these, or belongs to another backbone.</exception>
    public static WeightsReference Parse(string? text, string backbone)
    {
        ArgumentNullException.ThrowIfNull(backbone);
        if (IsNone(text))
            return Random;
        if (EqualsIgnoringCase(text, Default))
        {
            if (WeightsCatalog.DefaultOf(backbone) is { } weights)
                return ForPublished(weights);
            text = ModelZoo.TryFind(backbone)?.DefaultWeights ?? throw NoDefault(backbone);
        }
        if (RemoteWeights.TryParse(text) is { } remote)
            return OfAddress(remote);
        return OfName(text, backbone) is { } published ? ForPublished(published) : OfFile(text, backbone);
    }

    /// <summary>Whether the value asks for random weights.</summary>
    internal static bool IsNone([NotNullWhen(false)] string? text) => text is null || EqualsIgnoringCase(text, None);

    internal static bool EqualsIgnoringCase(string text, string word) => text.Equals(word, StringComparison.OrdinalIgnoreCase);

    private static ArgumentException NoDefault(string backbone) => new(
        $"No weights are published for {backbone}. Name a FILE or an address, or 'none' for random weights, or a backbone that has some. " +
        WeightsCatalog.DescribeKnown("", ""));

    // The address of published weights comes with their catalog entry, which says how the files of a package are converted.
    private static WeightsReference OfAddress(RemoteWeights remote)
    {
        PublishedWeights? published =
            WeightsCatalog.All.FirstOrDefault(weights => weights.Remote?.Address == remote.Address && weights.Unusable is null);
        return new() { Remote = remote is PackagedWeights && published is not null ? published.Remote : remote, Published = published };
    }

    private static PublishedWeights? OfName(string text, string backbone)
    {
        if (WeightsCatalog.ForBackbone(backbone).FirstOrDefault(weights => EqualsIgnoringCase(weights.Version, text)) is { } version)
            return version;
        if (!text.Contains('/', StringComparison.Ordinal) || WeightsCatalog.TryFind(text) is not { } found)
            return null;
        return EqualsIgnoringCase(found.Backbone, backbone)
            ? found
            : throw new ArgumentException($"The weights '{found.Name}' are those of {found.Backbone}, not of {backbone}. "
                + $"{WeightsCatalog.DescribeKnown(backbone, backbone)}", nameof(text));
    }

    // A file with a published file name is taken for that file; if it is another, loading reports the mismatch.
    private static WeightsReference OfFile(string path, string backbone)
    {
        bool namesBackbone = path.Split('/') is [var first, _] && WeightsCatalog.ForBackbone(first).Count > 0;
        if (!System.IO.File.Exists(path) && (namesBackbone || PlainWord().IsMatch(path)))
        {
            throw new ArgumentException(
                $"'{path}' is neither a file nor the name of weights."
                + $"{NearestName.Suggest(path, WeightsCatalog.ForBackbone(backbone).Select(weights => weights.Version))} "
                + WeightsCatalog.DescribeKnown(backbone, backbone), nameof(path));
        }
        string name = Path.GetFileName(path);
        return new()
        {
            File = path,
            Published = WeightsCatalog.ForBackbone(backbone)
            .FirstOrDefault(weights => weights.Remote?.FileName == name && weights.Unusable is null),
        };
    }

    [GeneratedRegex("^[A-Za-z0-9_-]*$")]
    private static partial Regex PlainWord();
}
