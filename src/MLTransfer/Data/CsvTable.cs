using System.Text;

namespace MLTransfer.Data;

/// <summary>Comma-separated values by RFC 4180; tabs and semicolons separate, too, where the first line has more of them.</summary>
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
            throw errors.Of("it is empty", "A first line that names the columns is expected, such as 'image,label'.");
        string[] columns = [.. lines[0].Fields.Select(name => name!.Trim())];
        foreach (ManifestLine line in lines.Skip(1))
        {
            if (line.Fields.Length != columns.Length)
                throw errors.At(line.Number, $"has {line.Fields.Length} fields, and the first line {columns.Length} "
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
        // White space at the ends is part of a field only between quotes.
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
                throw _errors.At(start, "opens a double quote that is never closed",
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
            throw _errors.At(number, "has text behind a closing double quote",
                "Put the whole field between double quotes; a double quote within it is written twice.");
        _line++;
    }
}
