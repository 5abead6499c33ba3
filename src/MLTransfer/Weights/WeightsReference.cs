using System.Diagnostics.CodeAnalysis;
using System.Text.RegularExpressions;
using MLTransfer.Errors;
using MLTransfer.Models;

namespace MLTransfer.Weights;

/// <summary>The value of the option <c>Weights</c>, parsed: random, published, a file, or an address.</summary>
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
    public string Name => Published?.Name ?? File ?? Remote?.Url.ToString() ?? None;

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
    /// of <see cref="WeightsCatalog"/>; an address, <c>https://host/name.pth#sha256=HASH</c>; else the path of a file. What is a name is
    /// never taken for a file: write <c>./default</c>.
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
        if (text.Contains("://", StringComparison.Ordinal))
            return OfAddress(RemoteWeights.Parse(text));
        return OfName(text, backbone) is { } published ? ForPublished(published) : OfFile(text, backbone);
    }

    /// <summary>Whether the value asks for random weights.</summary>
    internal static bool IsNone([NotNullWhen(false)] string? text) => text is null || EqualsIgnoringCase(text, None);

    internal static bool EqualsIgnoringCase(string text, string word) => text.Equals(word, StringComparison.OrdinalIgnoreCase);

    private static ArgumentException NoDefault(string backbone) => new(
        $"No weights are published for {backbone}. Name a FILE or an address, or 'none' for random weights, or a backbone that has some. " +
        WeightsCatalog.DescribeKnown("", ""));

    // The address of published weights comes with their catalog entry.
    private static WeightsReference OfAddress(RemoteWeights remote) =>
        new()
        {
            Remote = remote,
            Published = WeightsCatalog.All.FirstOrDefault(weights => weights.Url == remote.Url && weights.Unusable is null),
        };

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

/// <summary>A file of weights on the web, identified by its hash.</summary>
internal sealed partial record RemoteWeights
{
    private const int ShortestHash = 8;
    private const int WholeHash = 64;
    private const string HashFragment = "#sha256=";

    /// <summary>Describes a file.</summary>
    /// <param name="url">Where it can be downloaded, http or https.</param>
    /// <param name="sha256">Its SHA-256 in hexadecimal, or, where the address is https, the first eight digits of it or more.</param>
    /// <exception cref="ArgumentException">It is not an http or https URL, or not the start of a SHA-256.</exception>
    public RemoteWeights(Uri url, string sha256)
    {
        ArgumentNullException.ThrowIfNull(url);
        ArgumentNullException.ThrowIfNull(sha256);
        if (!url.IsAbsoluteUri || (url.Scheme != Uri.UriSchemeHttps && url.Scheme != Uri.UriSchemeHttp))
            throw new ArgumentException($"'{url}' cannot be downloaded; expected: an address that begins with https:// or http://.",
                nameof(url));
        if (!Hexadecimal().IsMatch(sha256))
            throw new ArgumentException($"'{sha256}' is not a SHA-256; expected: its {WholeHash} hexadecimal digits, or the first "
                + $"{ShortestHash} or more.", nameof(sha256));
        // Eight digits can be forged in minutes: they tell files apart, but only https proves who sends them.
        if (url.Scheme == Uri.UriSchemeHttp && sha256.Length < WholeHash)
            throw new ArgumentException($"'{sha256}' is too short for '{url}'; expected: all {WholeHash} digits of the SHA-256, or an "
                + $"https address.", nameof(sha256));
        (Url, Sha256) = (url, sha256.ToLowerInvariant());
    }

    /// <summary>Where it can be downloaded.</summary>
    public Uri Url { get; }

    /// <summary>Its SHA-256 in lower-case hexadecimal, or the first digits of it.</summary>
    public string Sha256 { get; }

    /// <summary>The file name on this machine: that of the address, with the start of the hash.</summary>
    public string FileName
    {
        get
        {
            string name = UnwantedCharacters().Replace(Uri.UnescapeDataString(Url.Segments[^1]), "_").TrimStart('.');
            string start = Sha256[..ShortestHash];
            return name.Contains(start, StringComparison.Ordinal) ? name
                : $"{Path.GetFileNameWithoutExtension(name)}-{start}{Path.GetExtension(name)}";
        }
    }

    /// <summary>
    /// Parses <c>https://host/name.pth#sha256=HASH</c>, or an address whose file name ends with the start of the hash, as torch.hub's do.
    /// </summary>
    /// <exception cref="ArgumentException">It is not such a URL; the message says what is missing.</exception>
    public static RemoteWeights Parse(string address)
    {
        ArgumentNullException.ThrowIfNull(address);
        int fragment = address.IndexOf('#', StringComparison.Ordinal);
        if (!Uri.TryCreate(fragment < 0 ? address : address[..fragment], UriKind.Absolute, out Uri? url))
            throw new ArgumentException($"'{address}' is not a file URL.", nameof(address));
        if (fragment >= 0 && address[fragment..].StartsWith(HashFragment, StringComparison.OrdinalIgnoreCase))
            return new(url, address[(fragment + HashFragment.Length)..]);
        if (fragment < 0 && url.Scheme == Uri.UriSchemeHttps && HashInName(url.AbsolutePath) is { } start)
            return new(url, start);
        throw new ArgumentException(
            $"'{address}' does not say what the file must contain. Append {HashFragment} and the SHA-256 of the file (sha256sum prints "
            + "it); only an https address whose file name ends with the start of it, such as resnet18-f37072fd.pth, does without.",
            nameof(address));
    }

    /// <summary>
    /// The start of the hash that a file name ends with: <c>f37072fd</c> of <c>resnet18-f37072fd.pth</c>; null where it has none.
    /// </summary>
    public static string? HashInName(string name) =>
        HashBeforeExtension().Match(name) is { Success: true } match ? match.Groups[1].Value : null;

    [GeneratedRegex("^[0-9a-fA-F]{8,64}$")]
    private static partial Regex Hexadecimal();

    [GeneratedRegex(@"-([0-9a-f]{8,64})\.[^/.]+$")]
    private static partial Regex HashBeforeExtension();

    [GeneratedRegex(@"\.{2,}|[^A-Za-z0-9._-]")]
    private static partial Regex UnwantedCharacters();
}
