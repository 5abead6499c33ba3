using System.Text.Json;

namespace MLTransfer.Tests.Training;

/// <summary>The numbers of PyTorch in Reference/pytorch.json, which the script beside it writes.</summary>
internal static class PyTorchNumbers
{
    private static readonly Lazy<JsonDocument> Page = new(() => JsonDocument.Parse(
        File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Training", "Reference", "pytorch.json"))));

    /// <summary>The names of the entries of a section.</summary>
    public static IEnumerable<string> Names(string section) =>
        Page.Value.RootElement.GetProperty(section).EnumerateObject().Select(entry => entry.Name);

    /// <summary>The numbers under a path of names, flattened.</summary>
    public static double[] Of(params string[] path) =>
        [.. Flat(path.Aggregate(Page.Value.RootElement, (element, name) => element.GetProperty(name)))];

    private static IEnumerable<double> Flat(JsonElement element) => element.ValueKind == JsonValueKind.Array
        ? element.EnumerateArray().SelectMany(Flat) : [element.GetDouble()];
}
