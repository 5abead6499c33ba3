using System.Text;
using MLTransfer.Errors;

namespace MLTransfer.Cli.Screen;

/// <summary>
/// Removes control characters other than line breaks and tabs: file names and the content of files could otherwise control the terminal.
/// </summary>
internal sealed class PrintableWriter(TextWriter inner) : TextWriter(inner.FormatProvider)
{
    /// <summary>The writer that changes nothing: for code that draws on a terminal and makes its own text printable.</summary>
    internal TextWriter Inner => inner;

    public override Encoding Encoding => inner.Encoding;

    public override void Write(char value) => inner.Write(value is '\r' or '\n' ? value : Line(value.ToString())[0]);

    public override void Write(string? value) => inner.Write(Line(value));

    public override void Write(char[] buffer, int index, int count) => inner.Write(Line(new string(buffer, index, count)));

    public override void Write(ReadOnlySpan<char> buffer) => inner.Write(Line(new string(buffer)));

    // One call, so that lines of several threads do not mix.
    public override void WriteLine(string? value) => inner.WriteLine(Line(value));

    public override void Flush() => inner.Flush();

    private static string Line(string? text)
    {
        if (text is null || !text.Any(char.IsControl))
            return text ?? "";
        string[] lines = text.ReplaceLineEndings("\n").Split('\n');
        return string.Join(Environment.NewLine,
            lines.Select(line => string.Join('\t', line.Split('\t').Select(part => Printable.Sanitize(part)))));
    }
}
