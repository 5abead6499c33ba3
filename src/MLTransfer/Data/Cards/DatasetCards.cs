using System.Reflection;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.RegularExpressions;
using MLTransfer.Errors;
using MLTransfer.Files;

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

/// <summary>Generates a manifest from the text files that list a data set's images.</summary>
internal static class DatasetLists
{
    public const string Manifest = "manifest.csv";

    /// <exception cref="InvalidDataException">A list is empty, missing, or names an image that does not exist.</exception>
    public static void WriteManifest(DatasetCard card, string folder) =>
        ManifestWriter.Write(Path.Combine(folder, Manifest), [.. card.Lists.SelectMany(list => Rows(list, folder))]);

    private static List<ImageRow> Rows(DatasetList list, string folder)
    {
        string path = Path.Combine(folder, list.File);
        if (!File.Exists(path))
            throw new InvalidDataException(
                $"There is no list '{list.File}' in the data set; its publishers have packed it otherwise than its card says.");
        var line = new Regex(list.Line, RegexOptions.NonBacktracking);
        List<ImageRow> rows = [.. File.ReadLines(path).Select(text => line.Match(text)).Where(match => match.Success)
            .Select(match => Row(match, list, folder))];
        if (rows.Count == 0)
            throw new InvalidDataException(
                $"The list '{list.File}' names no image; its publishers have written it otherwise than its card says.");
        return rows;
    }

    private static ImageRow Row(Match match, DatasetList list, string folder)
    {
        string label = match.Groups["label"].Value;
        string name = list.Image.Replace("{label}", label, StringComparison.Ordinal)
            .Replace("{name}", match.Groups["name"].Value, StringComparison.Ordinal);
        string image = Path.Combine([folder, .. EntryNames.PathParts(name)]);
        return File.Exists(image)
            ? new ImageRow(image, label, SplitNames.Normalize(list.Split))
            : throw new InvalidDataException($"The list '{list.File}' names the image '{name}', which is not in the data set.");
    }
}
