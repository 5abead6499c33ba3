using System.Text.Json;

namespace MLTransfer.Data;

/// <summary>A JSON object a line. Only its plain values count; what is nested is left out.</summary>
internal static class JsonLinesTable
{
    // Every line has room for every column: if each brought new ones, the memory would grow with their square.
    private const int MostColumns = 1000;

    public static ManifestTable Read(string text, ManifestErrors errors)
    {
        Dictionary<string, int> columns = new(StringComparer.Ordinal);
        List<(int Number, List<(int Column, string? Value)> Values)> rows = [];
        int number = 0;
        foreach (ReadOnlySpan<char> line in text.AsSpan().EnumerateLines())
        {
            number++;
            if (!line.IsWhiteSpace())
                rows.Add((number, Values(line.ToString(), number, columns, errors)));
        }
        if (rows.Count == 0)
            throw errors.Of("it is empty", "An object per line is expected, such as {\"image\": \"ants/1.jpg\", \"label\": \"ants\"}.");
        return new ManifestTable([.. columns.Keys], [.. rows.Select(row => Line(row.Number, row.Values, columns.Count))]);
    }

    private static List<(int Column, string? Value)> Values(string line, int number, Dictionary<string, int> columns, ManifestErrors errors)
    {
        try
        {
            using var json = JsonDocument.Parse(line);
            if (json.RootElement.ValueKind != JsonValueKind.Object)
                throw errors.At(number, "is no JSON object",
                    "An object per line is expected, such as {\"image\": \"ants/1.jpg\", \"label\": \"ants\"}.");
            List<(int Column, string? Value)> values = [];
            foreach (JsonProperty property in json.RootElement.EnumerateObject())
            {
                if (property.Value.ValueKind is JsonValueKind.Object or JsonValueKind.Array)
                    continue;
                if (!columns.TryGetValue(property.Name, out int column))
                {
                    if (columns.Count == MostColumns)
                        throw errors.At(number, $"has the property '{property.Name}', after {MostColumns:N0} others in it and the lines "
                            + $"before", "The same few properties are expected in every line.");
                    columns.Add(property.Name, column = columns.Count);
                }
                values.Add((column, property.Value.ValueKind == JsonValueKind.Null ? null : property.Value.ToString()));
            }
            return values;
        }
        catch (JsonException exception)
        {
            throw errors.At(number, $"is no JSON ({exception.Message.TrimEnd('.')})",
                "An object per line is expected, such as {\"image\": \"ants/1.jpg\", \"label\": \"ants\"}.");
        }
    }

    private static ManifestLine Line(int number, List<(int Column, string? Value)> values, int columns)
    {
        string?[] fields = new string?[columns];
        foreach ((int column, string? value) in values)
            fields[column] = value;
        return new ManifestLine(number, fields);
    }
}
