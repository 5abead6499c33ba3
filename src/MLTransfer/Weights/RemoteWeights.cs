using System.Text.RegularExpressions;

namespace MLTransfer.Weights;

/// <summary>A file of weights somewhere on the network, known by its content.</summary>
public sealed partial record RemoteWeights
{
    private const int ShortestHash = 8;
    private const int WholeHash = 64;
    private const string HashFragment = "#sha256=";

    /// <summary>Describes a file.</summary>
    /// <param name="url">Where it can be downloaded, http or https.</param>
    /// <param name="sha256">Its SHA-256 in hexadecimal, or, where the address is https, the first eight digits of it or more.</param>
    /// <exception cref="ArgumentException">It is no address of the web, or no start of a SHA-256.</exception>
    public RemoteWeights(Uri url, string sha256)
    {
        ArgumentNullException.ThrowIfNull(url);
        ArgumentNullException.ThrowIfNull(sha256);
        if (!url.IsAbsoluteUri || (url.Scheme != Uri.UriSchemeHttps && url.Scheme != Uri.UriSchemeHttp))
            throw new ArgumentException($"'{url}' cannot be downloaded; expected: an address that begins with https:// or http://.",
                nameof(url));
        if (!Hexadecimal().IsMatch(sha256))
            throw new ArgumentException($"'{sha256}' is no SHA-256; expected: its {WholeHash} hexadecimal digits, or the first "
                + $"{ShortestHash} or more.", nameof(sha256));
        // Eight digits are found by trial in minutes: they tell files apart, and only https tells who sends them.
        if (url.Scheme == Uri.UriSchemeHttp && sha256.Length < WholeHash)
            throw new ArgumentException($"'{sha256}' is too short for '{url}'; expected: all {WholeHash} digits of the SHA-256, or an "
                + $"https address.", nameof(sha256));
        (Url, Sha256) = (url, sha256.ToLowerInvariant());
    }

    /// <summary>Where it can be downloaded.</summary>
    public Uri Url { get; }

    /// <summary>Its SHA-256 in lower-case hexadecimal, or the first digits of it.</summary>
    public string Sha256 { get; }

    /// <summary>What the file is called on this machine: as in the address, with the start of its hash.</summary>
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
    /// Reads <c>https://host/name.pth#sha256=HASH</c>, or an address whose file name ends with the start of the hash, as torch.hub's do.
    /// </summary>
    /// <exception cref="ArgumentException">It is no such address; the message says what is missing.</exception>
    public static RemoteWeights Parse(string address)
    {
        ArgumentNullException.ThrowIfNull(address);
        int fragment = address.IndexOf('#', StringComparison.Ordinal);
        if (!Uri.TryCreate(fragment < 0 ? address : address[..fragment], UriKind.Absolute, out Uri? url))
            throw new ArgumentException($"'{address}' is no address of a file.", nameof(address));
        if (fragment >= 0 && address[fragment..].StartsWith(HashFragment, StringComparison.OrdinalIgnoreCase))
            return new(url, address[(fragment + HashFragment.Length)..]);
        if (fragment < 0 && url.Scheme == Uri.UriSchemeHttps && HashInName(url.AbsolutePath) is { } start)
            return new(url, start);
        throw new ArgumentException(
            $"'{address}' does not say what the file must contain. Append {HashFragment} and the SHA-256 of the file (sha256sum prints "
            + $"it); " +
            "only an https address whose file name ends with the start of it, such as resnet18-f37072fd.pth, does without.",
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
