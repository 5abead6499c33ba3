using MLTransfer.Errors;
using NuGet.Packaging;
using NuGet.Packaging.Core;
using NuGet.Versioning;

namespace MLTransfer.Weights;

/// <summary>A file of weights in a NuGet package.</summary>
internal sealed record PackagedWeights : RemoteWeights
{
    /// <summary>The form of such a name, for errors.</summary>
    public const string Form = "nuget:PACKAGE/VERSION#PATH, such as nuget:My.Weights/1.0.0#weights/model.safetensors, "
        + "and &sha256=HASH behind it if you want the file to be checked";

    private const string Scheme = "nuget:", HashPart = "sha256=";
    private const char Separator = '&';

    private PackagedWeights(PackageIdentity package, IReadOnlyList<string> paths, string? sha256) =>
        (Package, Paths, Sha256) = (package, paths, sha256);

    /// <summary>The package.</summary>
    public PackageIdentity Package { get; }

    /// <summary>The file in the package, with <c>/</c> between folders; of published weights there may be several.</summary>
    public IReadOnlyList<string> Paths { get; }

    /// <summary>The entry in the catalog, where this is what it names: the files are converted for its backbone.</summary>
    public PublishedWeights? Published
    {
        get;
        init => (field, Sha256) = (value, value?.Sha256);
    }

    /// <summary>Whether the hash proves what the file is, whoever sends it.</summary>
    public bool HasWholeHash => Sha256?.Length == WholeHash;

    public override string Address => $"{Scheme}{Package.Id}/{Package.Version}#{string.Join(Separator, Paths)}";

    /// <summary>Whether the files become one of the catalog's backbone: ONNX files, whose names are not those of a network.</summary>
    public bool IsConverted => Published is not null && Paths.All(path => path.EndsWith(".onnx", StringComparison.OrdinalIgnoreCase));

    public override string FileName => IsConverted && Published is { } published
        ? $"{published.Backbone}-{Sha256![..ShortestHash]}.safetensors"
        : SafeName(OwnName, Sha256 ?? new string('0', ShortestHash));

    /// <summary>Its name in progress.</summary>
    public string DisplayName => Sha256 is null ? OwnName : FileName;

    // Of the package too: many of them call their file model.onnx.
    private string OwnName => $"{Package.Id}.{Package.Version}-{Path.GetFileName(Paths[^1])}";

    /// <summary>Whether a text is meant as the name of a file in a package.</summary>
    public static bool IsMeant(string text) => text.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase);

    /// <summary>Parses <c>nuget:PACKAGE/VERSION#PATH&amp;sha256=HASH</c>; the hash may be missing.</summary>
    /// <exception cref="ArgumentException">It is no such text; the message says what is missing.</exception>
    public static PackagedWeights Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        string[] halves = text[Scheme.Length..].Split('#', 2), identity = halves[0].Split('/');
        if (halves.Length < 2 || identity is not [var id, var version])
            throw Malformed(text, "it has no package, version and path");
        if (id.Length > PackageIdValidator.MaxPackageIdLength || !PackageIdValidator.IsValidPackageId(id))
            throw Malformed(text, $"'{Printable.Sanitize(id, 120)}' cannot be the name of a package");
        if (!NuGetVersion.TryParseStrict(version, out NuGetVersion? exact))
            throw Malformed(text, $"'{Printable.Sanitize(version, 120)}' is not a version with three numbers");
        string[] parts = halves[1].Split(Separator);
        bool hasHash = parts[^1].StartsWith(HashPart, StringComparison.OrdinalIgnoreCase);
        string? hash = hasHash ? CheckedHash(parts[^1][HashPart.Length..]) : null;
        string[] paths = hash is null ? parts : parts[..^1];
        if (paths.Length == 0 || paths.Any(path => path.Length == 0 || path.EndsWith('/')))
            throw Malformed(text, "it names no file of the package");
        return new(new(id, exact), paths, hash);
    }

    /// <summary>The name that a file of that content gets.</summary>
    public string FileNameFor(string digest) => Sha256 is null ? SafeName(OwnName, digest) : FileName;

    // Without a hash the name of the file has the start of it, and what it may be is not known before.
    public override IEnumerable<string> FindIn(string folder)
    {
        if (Sha256 is not null || !Directory.Exists(folder))
            return base.FindIn(folder);
        string pattern = FileName.Replace(new string('0', ShortestHash), new string('?', ShortestHash), StringComparison.Ordinal);
        return Directory.EnumerateFiles(folder, pattern).Order(StringComparer.Ordinal);
    }

    private static ArgumentException Malformed(string text, string reason) =>
        new($"'{Printable.Sanitize(text, 300)}' is no file of a NuGet package: {reason}. Expected: {Form}.", nameof(text));
}
