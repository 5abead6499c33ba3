using System.Text.RegularExpressions;

namespace MLTransfer.Weights;

/// <summary>A file of weights that can be fetched.</summary>
internal abstract partial record RemoteWeights
{
    /// <summary>The least and the most digits of a SHA-256 that identify a file.</summary>
    protected const int ShortestHash = 8, WholeHash = 64;

    /// <summary>Its SHA-256 in lower-case hexadecimal, or the first digits of it; null where only the name of the file tells.</summary>
    public string? Sha256 { get; protected init; }

    /// <summary>Where it is, as options name it, without its hash.</summary>
    public abstract string Address { get; }

    /// <summary>The file name on this machine, with the start of the hash where that is known.</summary>
    public abstract string FileName { get; }

    /// <summary>Parses an address or the name of a file in a package; null where a text is neither.</summary>
    /// <exception cref="ArgumentException">It is meant as one, and is not; the message says what is missing.</exception>
    public static RemoteWeights? TryParse(string text) =>
        PackagedWeights.IsMeant(text) ? PackagedWeights.Parse(text)
        : text.Contains("://", StringComparison.Ordinal) ? WebWeights.Parse(text)
        : null;

    /// <summary>The files in a folder that may be this one; their content is not checked.</summary>
    public virtual IEnumerable<string> FindIn(string folder) =>
        Path.Combine(folder, FileName) is var path && File.Exists(path) ? [path] : [];

    /// <summary>
    /// The start of the hash that a file name ends with: <c>f37072fd</c> of <c>resnet18-f37072fd.pth</c>; null where it has none.
    /// </summary>
    public static string? HashInName(string name) =>
        HashBeforeExtension().Match(name) is { Success: true } match ? match.Groups[1].Value : null;

    /// <summary>Checks the start of a hash, and returns it in lower case.</summary>
    protected static string CheckedHash(string sha256) => Hexadecimal().IsMatch(sha256) ? sha256.ToLowerInvariant()
        : throw new ArgumentException($"'{sha256}' is not a SHA-256; expected: its {WholeHash} hexadecimal digits, or the first "
            + $"{ShortestHash} or more.", nameof(sha256));

    /// <summary>A file name that is safe on every system, and ends with the start of a hash.</summary>
    protected static string SafeName(string name, string sha256)
    {
        string safe = UnwantedCharacters().Replace(name, "_").TrimStart('.'), start = sha256[..ShortestHash];
        return safe.Contains(start, StringComparison.Ordinal) ? safe
            : $"{Path.GetFileNameWithoutExtension(safe)}-{start}{Path.GetExtension(safe)}";
    }

    [GeneratedRegex("^[0-9a-fA-F]{8,64}$")]
    private static partial Regex Hexadecimal();

    [GeneratedRegex(@"-([0-9a-f]{8,64})\.[^/.]+$")]
    private static partial Regex HashBeforeExtension();

    [GeneratedRegex(@"\.{2,}|[^A-Za-z0-9._-]")]
    private static partial Regex UnwantedCharacters();
}

/// <summary>A file of weights on the web, identified by its hash.</summary>
internal sealed record WebWeights : RemoteWeights
{
    private const string HashFragment = "#sha256=";

    /// <summary>Describes a file.</summary>
    /// <param name="url">Where it can be downloaded, http or https.</param>
    /// <param name="sha256">Its SHA-256 in hexadecimal, or, where the address is https, the first eight digits of it or more.</param>
    /// <exception cref="ArgumentException">It is not an http or https URL, or not the start of a SHA-256.</exception>
    public WebWeights(Uri url, string sha256)
    {
        ArgumentNullException.ThrowIfNull(url);
        ArgumentNullException.ThrowIfNull(sha256);
        if (!url.IsAbsoluteUri || (url.Scheme != Uri.UriSchemeHttps && url.Scheme != Uri.UriSchemeHttp))
            throw new ArgumentException($"'{url}' cannot be downloaded; expected: an address that begins with https:// or http://.",
                nameof(url));
        string hash = CheckedHash(sha256);
        // Eight digits can be forged in minutes: they tell files apart, but only https proves who sends them.
        if (url.Scheme == Uri.UriSchemeHttp && sha256.Length < WholeHash)
            throw new ArgumentException($"'{sha256}' is too short for '{url}'; expected: all {WholeHash} digits of the SHA-256, or an "
                + $"https address.", nameof(sha256));
        (Url, Sha256) = (url, hash);
    }

    /// <summary>Where it can be downloaded.</summary>
    public Uri Url { get; }

    public override string Address => Url.ToString();

    public override string FileName => SafeName(Uri.UnescapeDataString(Url.Segments[^1]), Sha256!);

    /// <summary>
    /// Parses <c>https://host/name.pth#sha256=HASH</c>, or an address whose file name ends with the start of the hash, as torch.hub's do.
    /// </summary>
    /// <exception cref="ArgumentException">It is not such a URL; the message says what is missing.</exception>
    public static WebWeights Parse(string address)
    {
        ArgumentNullException.ThrowIfNull(address);
        int fragment = address.IndexOf('#', StringComparison.Ordinal);
        if (!Uri.TryCreate(fragment < 0 ? address : address[..fragment], UriKind.Absolute, out Uri? url))
            throw new ArgumentException($"'{address}' is not a file URL.", nameof(address));
        if (fragment >= 0 && address[fragment..].StartsWith(HashFragment, StringComparison.OrdinalIgnoreCase))
            return new WebWeights(url, address[(fragment + HashFragment.Length)..]);
        if (fragment < 0 && url.Scheme == Uri.UriSchemeHttps && HashInName(url.AbsolutePath) is { } start)
            return new WebWeights(url, start);
        throw new ArgumentException(
            $"'{address}' does not say what the file must contain. Append {HashFragment} and the SHA-256 of the file (sha256sum prints "
            + "it); only an https address whose file name ends with the start of it, such as resnet18-f37072fd.pth, does without.",
            nameof(address));
    }
}
