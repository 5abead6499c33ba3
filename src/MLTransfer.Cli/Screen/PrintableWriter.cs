using System.Text;
using MLTransfer.Errors;

namespace MLTransfer.Cli.Screen;

/// <summary>
/// Passes text on without what commands a terminal: names of files, and what files say of themselves, may hold anything. Line breaks
/// and tabs stay.
/// </summary>
internal sealed class PrintableWriter(TextWriter inner) : TextWriter(inner.FormatProvider)
{
    /// <summary>Takes what is written as it is: for what draws on a terminal, and makes its own texts printable.</summary>
    internal TextWriter Inner => inner;

    public override Encoding Encoding => inner.Encoding;

    public override void Write(char value) => inner.Write(value is '\r' or '\n' ? value : Line(value.ToString())[0]);

    public override void Write(string? value) => inner.Write(Line(value));

    public override void Write(char[] buffer, int index, int count) => inner.Write(Line(new string(buffer, index, count)));

    public override void Write(ReadOnlySpan<char> buffer) => inner.Write(Line(new string(buffer)));

    // One call: lines of several threads must not run into each other.
    public override void WriteLine(string? value) => inner.WriteLine(Line(value));

    public override void Flush() => inner.Flush();

    private static string Line(string? text)
    {
        if (text is null || !text.Any(char.IsControl))
            return text ?? "";
        string[] lines = text.ReplaceLineEndings("\n").Split('\n');
        return string.Join(Environment.NewLine,
            lines.Select(line => string.Join('\t', line.Split('\t').Select(part => Printable.Of(part)))));
    }
}
