using System.Text.Json;
using System.Text.Json.Serialization;
using MLTransfer.Errors;

namespace MLTransfer.Weights;

/// <summary>All weights that are published for backbones, as the data files beside this class list them.</summary>
public static class WeightsCatalog
{
    private static readonly string[] DataFiles = ["torchvision.json", "others.json"];

    private static readonly JsonSerializerOptions Json = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        RespectNullableAnnotations = true,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.SnakeCaseLower) },
    };

    /// <summary>Every published weight, by the name of its backbone.</summary>
    public static IReadOnlyList<PublishedWeights> All { get; } =
        [.. DataFiles.SelectMany(Read).OrderBy(weights => weights.Backbone, StringComparer.Ordinal)];

    /// <summary>The weights published for a backbone; none for one that is not known.</summary>
    /// <param name="backbone">Its name, letter case aside.</param>
    public static IReadOnlyList<PublishedWeights> Of(string backbone) =>
        [.. All.Where(weights => weights.Backbone.Equals(backbone, StringComparison.OrdinalIgnoreCase))];

    /// <summary>The weights that <c>default</c> stands for; null where none are published.</summary>
    /// <param name="backbone">The name of the backbone, letter case aside.</param>
    public static PublishedWeights? DefaultOf(string backbone) => Of(backbone).FirstOrDefault(weights => weights.Default);

    /// <summary>The weights of a name such as <c>resnet50/IMAGENET1K_V2</c>; of a backbone's name alone, its default.</summary>
    /// <exception cref="ArgumentException">There are none; the message says what there is.</exception>
    public static PublishedWeights Find(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        return Named(name) ?? throw new ArgumentException(
            $"There are no weights '{name}'. {Known(name.Split('/')[0], name)}", nameof(name));
    }

    /// <summary>The weights of a name, as <see cref="Find"/> does; null where there are none.</summary>
    internal static PublishedWeights? Named(string name) => name.Split('/') switch
    {
        [var backbone] => DefaultOf(backbone),
        [var backbone, var version] when WeightsReference.Is(version, WeightsReference.Default) => DefaultOf(backbone),
        [var backbone, var version] => Of(backbone).FirstOrDefault(weights => WeightsReference.Is(weights.Version, version)),
        _ => null,
    };

    /// <summary>What there is of a backbone, or the nearest to a name that is none; a sentence for errors.</summary>
    internal static string Known(string backbone, string asked)
    {
        string[] names = [.. Of(backbone).Select(weights => weights.Name)];
        return names.Length > 0
            ? $"Weights of {backbone}: {string.Join(", ", names)}."
            : $"Known are weights of {string.Join(", ", Backbones)}.{NearestName.Question(asked, Backbones)}";
    }

    private static IEnumerable<string> Backbones => All.Select(weights => weights.Backbone).Distinct();

    private static PublishedWeights[] Read(string file)
    {
        using Stream data = typeof(WeightsCatalog).Assembly.GetManifestResourceStream(file)!;
        return JsonSerializer.Deserialize<PublishedWeights[]>(data, Json)!;
    }
}
