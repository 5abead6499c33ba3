using System.Text;
using System.Text.Json;
using System.Text.Unicode;

namespace MLTransfer.Data;

/// <summary>The content of a manifest of any format: named columns of text. A field that a row lacks is null.</summary>
internal sealed record ManifestTable(IReadOnlyList<string> Columns, IReadOnlyList<ManifestLine> Lines);

/// <summary>A row, and the number of its first line in the file, from 1.</summary>
internal readonly record struct ManifestLine(int Number, string?[] Fields);

/// <summary>
/// Comma-separated values by RFC 4180; the separator is a tab or a semicolon where the first line has more of them than commas.
/// </summary>
internal sealed class CsvTable
{
    private readonly string _text;
    private readonly char _separator;
    private readonly ManifestErrors _errors;
    private int _at;
    private int _line = 1;

    private CsvTable(string text, ManifestErrors errors)
    {
        (_text, _errors) = (text, errors);
        string first = text[..(text.AsSpan().IndexOfAny('\r', '\n') is >= 0 and var end ? end : text.Length)];
        _separator = ",\t;".MaxBy(separator => first.Count(letter => letter == separator));
    }

    public static ManifestTable Read(string text, ManifestErrors errors)
    {
        CsvTable csv = new(text, errors);
        List<ManifestLine> lines = [.. csv.Lines()];
        if (lines.Count == 0)
            throw errors.InManifest("it is empty", "A first line that names the columns is expected, such as 'image,label'.");
        string[] columns = [.. lines[0].Fields.Select(name => name!.Trim())];
        foreach (ManifestLine line in lines.Skip(1))
        {
            if (line.Fields.Length != columns.Length)
                throw errors.InLine(line.Number, $"has {line.Fields.Length} fields, and the first line {columns.Length} "
                    + $"({string.Join(", ", columns)})", "Put fields that hold the separator between double quotes.");
        }
        return new ManifestTable(columns, lines[1..]);
    }

    private IEnumerable<ManifestLine> Lines()
    {
        while (_at < _text.Length)
        {
            int number = _line;
            List<string?> fields = [];
            do
                fields.Add(Field());
            while (Passes(_separator));
            EndLine(number);
            if (fields is not [{ Length: 0 }])
                yield return new ManifestLine(number, [.. fields]);
        }
    }

    private string Field()
    {
        if (_at < _text.Length && _text[_at] == '"')
            return Quoted();
        int start = _at;
        while (_at < _text.Length && _text[_at] != _separator && _text[_at] is not ('\r' or '\n'))
            _at++;
        // Leading and trailing white space is part of a field only within quotes.
        return _text[start.._at].Trim();
    }

    private string Quoted()
    {
        int start = _line;
        StringBuilder field = new();
        for (_at++; ; _at++)
        {
            int quote = _text.IndexOf('"', _at);
            if (quote < 0)
                throw _errors.InLine(start, "opens a double quote that is never closed",
                    "Close it; a double quote within a field is written twice.");
            field.Append(_text, _at, quote - _at);
            _line += _text.AsSpan(_at, quote - _at).Count('\n');
            _at = quote + 1;
            if (_at >= _text.Length || _text[_at] != '"')
                return field.ToString();
            field.Append('"');
        }
    }

    private bool Passes(char letter)
    {
        if (_at >= _text.Length || _text[_at] != letter)
            return false;
        _at++;
        return true;
    }

    private void EndLine(int number)
    {
        bool ended = Passes('\r') | Passes('\n') || _at >= _text.Length;
        if (!ended)
            throw _errors.InLine(number, "has text after a closing double quote",
                "Put the whole field between double quotes; a double quote within it is written twice.");
        _line++;
    }
}

/// <summary>JSON lines: one object per line. Nested objects and arrays are ignored.</summary>
internal static class JsonLinesTable
{
    // Each row has a field for every column, so that unbounded columns would take quadratic memory.
    private const int MostColumns = 1000;
    private const string Expected = """An object per line is expected, such as {"image": "ants/1.jpg", "label": "ants"}.""";

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
            throw errors.InManifest("it is empty", Expected);
        return new ManifestTable([.. columns.Keys], [.. rows.Select(row => Line(row.Number, row.Values, columns.Count))]);
    }

    private static List<(int Column, string? Value)> Values(string line, int number, Dictionary<string, int> columns, ManifestErrors errors)
    {
        try
        {
            using var json = JsonDocument.Parse(line);
            if (json.RootElement.ValueKind != JsonValueKind.Object)
                throw errors.InLine(number, "is not a JSON object", Expected);
            List<(int Column, string? Value)> values = [];
            foreach (JsonProperty property in json.RootElement.EnumerateObject())
            {
                if (property.Value.ValueKind is JsonValueKind.Object or JsonValueKind.Array)
                    continue;
                if (!columns.TryGetValue(property.Name, out int column))
                {
                    if (columns.Count == MostColumns)
                    {
                        throw errors.InLine(
                            number, $"has the property '{property.Name}', after {MostColumns:N0} others in it and the lines before",
                            "The same few properties are expected in every line.");
                    }
                    columns.Add(property.Name, column = columns.Count);
                }
                values.Add((column, property.Value.ValueKind == JsonValueKind.Null ? null : property.Value.ToString()));
            }
            return values;
        }
        catch (JsonException exception)
        {
            throw errors.InLine(number, $"is not JSON ({exception.Message.TrimEnd('.')})", Expected);
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

/// <summary>Reads the text of a manifest: UTF-8 with or without a byte order mark, or UTF-16 with one.</summary>
internal static class ManifestText
{
    private const long MostBytes = 512L << 20;
    private const string SaveAsUtf8 = "Save it as UTF-8; spreadsheets call it 'CSV UTF-8'.";

    public static string Read(string path, ManifestErrors errors)
    {
        if (new FileInfo(path).Length is var length and > MostBytes)
            throw errors.InManifest($"it has {length:N0} bytes; at most {MostBytes:N0} are read", "Divide it.");
        ReadOnlySpan<byte> bytes = File.ReadAllBytes(path);
        return bytes switch
        {
            [0xEF, 0xBB, 0xBF, .. var text] => Utf8Text(text, errors),
            [0xFF, 0xFE, .. var text] => Utf16Text(isBigEndian: false, text, errors),
            [0xFE, 0xFF, .. var text] => Utf16Text(isBigEndian: true, text, errors),
            _ => Utf8Text(bytes, errors),
        };
    }

    private static string Utf8Text(ReadOnlySpan<byte> bytes, ManifestErrors errors)
    {
        if (bytes.IndexOf((byte)0) is >= 0 and var zero)
            throw errors.InLine(Line(bytes, zero), "holds a zero byte: it is not text, or UTF-16 without a byte order mark", SaveAsUtf8);
        if (Utf8.IsValid(bytes))
            return Encoding.UTF8.GetString(bytes);
        int at = FirstInvalid(bytes);
        throw errors.InLine(Line(bytes, at), $"is not UTF-8 (byte 0x{bytes[at]:X2})", SaveAsUtf8);
    }

    private static string Utf16Text(bool isBigEndian, ReadOnlySpan<byte> bytes, ManifestErrors errors)
    {
        try
        {
            return new UnicodeEncoding(isBigEndian, byteOrderMark: false, throwOnInvalidBytes: true).GetString(bytes);
        }
        catch (DecoderFallbackException exception)
        {
            throw errors.InManifest($"it begins as UTF-16, but is not ({exception.Message.TrimEnd('.')})", SaveAsUtf8);
        }
    }

    private static int FirstInvalid(ReadOnlySpan<byte> bytes)
    {
        int at = 0;
        while (Rune.DecodeFromUtf8(bytes[at..], out _, out int length) == System.Buffers.OperationStatus.Done)
            at += length;
        return at;
    }

    private static int Line(ReadOnlySpan<byte> bytes, int at) => 1 + bytes[..at].Count((byte)'\n');
}
