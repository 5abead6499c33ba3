using System.Diagnostics.CodeAnalysis;
using System.Text.RegularExpressions;
using MLTransfer.Errors;

namespace MLTransfer.Weights;

/// <summary>What options and the command line mean by <c>Weights</c>: random ones, published ones, a file, or an address.</summary>
public sealed partial record WeightsReference
{
    /// <summary>The word for random weights, drawn from the seed.</summary>
    public const string None = "none";

    /// <summary>The word for the weights that are published as a backbone's default.</summary>
    public const string Default = "default";

    private WeightsReference()
    {
    }

    /// <summary>Random weights.</summary>
    public static WeightsReference Random { get; } = new();

    /// <summary>Whether the weights are drawn from the seed.</summary>
    public bool IsRandom => File is null && Remote is null && Published is null;

    /// <summary>The file that was named; null for all else.</summary>
    public string? File { get; private init; }

    /// <summary>What to look for on this machine and to download; null for files and for weights that lie in this library.</summary>
    public RemoteWeights? Remote { get; private init; }

    /// <summary>What is published about them; null where nothing is known.</summary>
    public PublishedWeights? Published { get; private init; }

    /// <summary>What errors and logs call them.</summary>
    public string Name => Published?.Name ?? File ?? Remote?.Url.ToString() ?? None;

    /// <summary>Published weights.</summary>
    /// <exception cref="ArgumentException">They cannot be used; the message says why.</exception>
    public static WeightsReference To(PublishedWeights weights)
    {
        ArgumentNullException.ThrowIfNull(weights);
        return weights.Unusable is null
            ? new() { Remote = weights.Remote, Published = weights }
            : throw new ArgumentException($"The weights '{weights.Name}' cannot be used: {weights.Unusable}. "
            + $"{WeightsCatalog.Known(weights.Backbone, "")}", nameof(weights));
    }

    /// <summary>Understands what was written for a backbone.</summary>
    /// <param name="text">
    /// <c>none</c> or null; <c>default</c>; a version (<c>IMAGENET1K_V2</c>) or a name (<c>resnet50/IMAGENET1K_V2</c>) of
    /// <see cref="WeightsCatalog"/>;
    /// an address, <c>https://host/name.pth#sha256=HASH</c>; else the path of a file. What is a name is never taken for a file: write
    /// <c>./default</c>.
    /// </param>
    /// <param name="backbone">The name of the backbone.</param>
    /// <exception cref="ArgumentException">It is none of these, or belongs to another backbone.</exception>
    public static WeightsReference Parse(string? text, string backbone)
    {
        ArgumentNullException.ThrowIfNull(backbone);
        if (IsNone(text))
            return Random;
        if (Is(text, Default))
            return WeightsCatalog.DefaultOf(backbone) is { } weights ? To(weights) : throw NoDefault(backbone);
        if (text.Contains("://", StringComparison.Ordinal))
            return OfAddress(RemoteWeights.Parse(text));
        return OfName(text, backbone) is { } published ? To(published) : OfFile(text, backbone);
    }

    /// <summary>Whether a text asks for random weights.</summary>
    internal static bool IsNone([NotNullWhen(false)] string? text) => text is null || Is(text, None);

    internal static bool Is(string text, string word) => text.Equals(word, StringComparison.OrdinalIgnoreCase);

    private static ArgumentException NoDefault(string backbone) => new(
        $"No weights are published for {backbone}. Name a FILE or an address, or 'none' for random weights, or a backbone that has some. " +
        WeightsCatalog.Known("", ""));

    // The address of published weights brings what is published about them, wherever it was copied from.
    private static WeightsReference OfAddress(RemoteWeights remote) =>
        new()
        {
            Remote = remote, Published =
            WeightsCatalog.All.FirstOrDefault(weights => weights.Url == remote.Url && weights.Unusable is null)
        };

    private static PublishedWeights? OfName(string text, string backbone)
    {
        if (WeightsCatalog.Of(backbone).FirstOrDefault(weights => Is(weights.Version, text)) is { } version)
            return version;
        if (!text.Contains('/', StringComparison.Ordinal) || WeightsCatalog.Named(text) is not { } found)
            return null;
        return Is(found.Backbone, backbone)
            ? found
            : throw new ArgumentException($"The weights '{found.Name}' are those of {found.Backbone}, not of {backbone}. "
            + $"{WeightsCatalog.Known(backbone, backbone)}", nameof(text));
    }

    // A file under its published name is that file; were it another, loading would say so.
    private static WeightsReference OfFile(string path, string backbone)
    {
        bool namesBackbone = path.Split('/') is [var first, _] && WeightsCatalog.Of(first).Count > 0;
        if (!System.IO.File.Exists(path) && (namesBackbone || PlainWord().IsMatch(path)))
        {
            throw new ArgumentException(
                $"'{path}' is neither a file nor the name of "
                + $"weights.{NearestName.Question(path, WeightsCatalog.Of(backbone).Select(weights => weights.Version))} " +
                WeightsCatalog.Known(backbone, backbone), nameof(path));
        }
        string name = Path.GetFileName(path);
        return new()
        {
            File = path,
            Published = WeightsCatalog.Of(backbone).FirstOrDefault(weights => weights.Remote?.FileName == name && weights.Unusable is null),
        };
    }

    [GeneratedRegex("^[A-Za-z0-9_-]*$")]
    private static partial Regex PlainWord();
}
