using System.Reflection;
using System.Text.Json;
using System.Text.Json.Serialization;
using MLTransfer.Errors;

namespace MLTransfer.Data.Cards;

/// <summary>The known published data sets: one card each, a file of the folder <c>datasets</c> embedded in this library.</summary>
internal static class DatasetCards
{
    private const string Prefix = "MLTransfer.Datasets.";

    private static readonly JsonSerializerOptions Json = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        RespectNullableAnnotations = true,
        RespectRequiredConstructorParameters = true,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.SnakeCaseLower, allowIntegerValues: false) },
    };

    /// <summary>Every card, by name.</summary>
    public static IReadOnlyList<DatasetCard> All { get; } = [.. Resources.Select(Read).OrderBy(card => card.Name, StringComparer.Ordinal)];

    private static Assembly Library => typeof(DatasetCards).Assembly;

    private static IEnumerable<string> Resources =>
        Library.GetManifestResourceNames().Where(name => name.StartsWith(Prefix, StringComparison.Ordinal));

    /// <summary>The card of a data set; the name is case-insensitive.</summary>
    /// <exception cref="ArgumentException">There is none; the message lists the known names.</exception>
    public static DatasetCard Find(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        string[] names = [.. All.Select(card => card.Name)];
        return All.FirstOrDefault(card => card.Name.Equals(name, StringComparison.OrdinalIgnoreCase)) ?? throw new ArgumentException(
            $"There is no data set '{name}'.{NearestName.Suggest(name, names)} Known: {string.Join(", ", names)}.", nameof(name));
    }

    private static DatasetCard Read(string resource)
    {
        using Stream card = Library.GetManifestResourceStream(resource)!;
        return JsonSerializer.Deserialize<DatasetCard>(card, Json)!;
    }
}
