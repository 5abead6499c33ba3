using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using MLTransfer.Errors;
using MLTransfer.Imaging;

namespace MLTransfer.Weights;

/// <summary>All published weights of the backbones of this library, from the data files in this folder.</summary>
internal static class WeightsCatalog
{
    private static readonly string[] DataFiles = ["torchvision.json", "others.json"];

    private static readonly JsonSerializerOptions Json = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        RespectNullableAnnotations = true,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.SnakeCaseLower) },
    };

    private static readonly JsonSerializerOptions Line = new(Json)
    {
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    /// <summary>All of them, sorted by the name of the backbone.</summary>
    public static IReadOnlyList<PublishedWeights> All { get; } =
        [.. DataFiles.SelectMany(Read).OrderBy(weights => weights.Backbone, StringComparer.Ordinal)];

    /// <summary>The weights published for a backbone; none for one that is not known.</summary>
    /// <param name="backbone">Its name; case is ignored.</param>
    public static IReadOnlyList<PublishedWeights> ForBackbone(string backbone) =>
        [.. All.Where(weights => weights.Backbone.Equals(backbone, StringComparison.OrdinalIgnoreCase))];

    /// <summary>The default weights of a backbone; null where none are published.</summary>
    /// <param name="backbone">The name of the backbone; case is ignored.</param>
    public static PublishedWeights? DefaultOf(string backbone) => ForBackbone(backbone).FirstOrDefault(weights => weights.Default);

    /// <summary>The weights of a name such as <c>resnet50/IMAGENET1K_V2</c>; of a backbone's name alone, its default.</summary>
    /// <exception cref="ArgumentException">There are none; the message lists the known ones.</exception>
    public static PublishedWeights Find(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        return TryFind(name) ?? throw new ArgumentException(
            $"There are no weights '{name}'. {DescribeKnown(name.Split('/')[0], name)}", nameof(name));
    }

    /// <summary>The weights of a name, as <see cref="Find"/> does; null where there are none.</summary>
    internal static PublishedWeights? TryFind(string name) => name.Split('/') switch
    {
        [var backbone] => DefaultOf(backbone),
        [var backbone, var version] when WeightsReference.EqualsIgnoringCase(version, WeightsReference.Default) => DefaultOf(backbone),
        [var backbone, var version] =>
            ForBackbone(backbone).FirstOrDefault(weights => WeightsReference.EqualsIgnoringCase(weights.Version, version)),
        _ => null,
    };

    /// <summary>
    /// For errors, a sentence: the weights of a backbone, or the backbones that have some and the nearest to the given name.
    /// </summary>
    internal static string DescribeKnown(string backbone, string asked)
    {
        string[] names = [.. ForBackbone(backbone).Select(weights => weights.Name)];
        return names.Length > 0
            ? $"Weights of {backbone}: {string.Join(", ", names)}."
            : $"Known are weights of {string.Join(", ", Backbones)}.{NearestName.Suggest(asked, Backbones)}";
    }

    private static IEnumerable<string> Backbones => All.Select(weights => weights.Backbone).Distinct();

    /// <summary>The line of a data file for weights.</summary>
    internal static string LineFor(PublishedWeights weights) =>
        JsonSerializer.Serialize(weights, Line);

    /// <summary>Weights that a line of a data file describes.</summary>
    internal static PublishedWeights OfLine(string line) => JsonSerializer.Deserialize<PublishedWeights>(line, Json)!;

    private static PublishedWeights[] Read(string file)
    {
        using Stream data = typeof(WeightsCatalog).Assembly.GetManifestResourceStream(file)!;
        return JsonSerializer.Deserialize<PublishedWeights[]>(data, Json)!;
    }
}

/// <summary>Published weights of a backbone: address, hash, license and preprocessing.</summary>
internal sealed record PublishedWeights
{
    /// <summary>The backbone they were trained for.</summary>
    public required string Backbone { get; init; }

    /// <summary>Which of the weights of that backbone they are: <c>IMAGENET1K_V2</c>.</summary>
    public required string Version { get; init; }

    /// <summary>The name in options and on the command line: <c>resnet50/IMAGENET1K_V2</c>.</summary>
    [JsonIgnore]
    public string Name => $"{Backbone}/{Version}";

    /// <summary>Whether these are the weights that <c>default</c> stands for.</summary>
    public bool Default { get; init; }

    /// <summary>Where they can be downloaded; null for weights in a package or embedded in this library.</summary>
    public Uri? Url { get; init; }

    /// <summary>
    /// The package that holds them, <c>nuget:PACKAGE/VERSION#PATH</c>; several paths, with <c>&amp;</c> between, are ONNX files of which
    /// each takes what the one before it gives. Null for weights elsewhere.
    /// </summary>
    public string? Package { get; init; }

    /// <summary>The resource of this library that holds them, a safetensors file; null for weights that are downloaded.</summary>
    public string? Resource { get; init; }

    /// <summary>
    /// The SHA-256 of the file or its first digits, at least eight, in lower-case hexadecimal; of a package, that of the safetensors file
    /// which its ONNX files become.
    /// </summary>
    public required string Sha256 { get; init; }

    /// <summary>The size of the file in bytes, to within a percent; null where it is not known.</summary>
    public long? AboutBytes { get; init; }

    /// <summary>The number of classes; 0 where they have no classifier.</summary>
    public required int Classes { get; init; }

    /// <summary>The preprocessing they expect.</summary>
    public required Preprocessing Preprocessing { get; init; }

    /// <summary>
    /// The published top-1 accuracy, a fraction, on the validation images of their data set (which the version names); null where none is
    /// published.
    /// </summary>
    public double? Top1 { get; init; }

    /// <summary>The license they are published under, by its SPDX name. The images they were trained on have terms of their own.</summary>
    public required string Licence { get; init; }

    /// <summary>The page that describes how they were trained.</summary>
    public required Uri Recipe { get; init; }

    /// <summary>Why they cannot be used here; null where they can.</summary>
    public string? Unusable { get; init; }

    /// <summary>The file to find or to download; null for weights embedded in this library.</summary>
    [JsonIgnore]
    public RemoteWeights? Remote => (Url, Package) switch
    {
        ({ } url, _) => new WebWeights(url, Sha256),
        (_, { } package) => PackagedWeights.Parse(package) with { Published = this },
        _ => null,
    };
}
