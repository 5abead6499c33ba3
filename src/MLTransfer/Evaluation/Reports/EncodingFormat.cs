using System.Globalization;
using System.Net;
using MLTransfer.Errors;

namespace MLTransfer.Evaluation.Reports;

/// <summary>Formats what is set into <see cref="Markup"/>.</summary>
internal sealed class EncodingFormat : IFormatProvider, ICustomFormatter
{
    internal static readonly EncodingFormat Instance = new();

    public object? GetFormat(Type? formatType) => formatType == typeof(ICustomFormatter) ? this : null;

    public string Format(string? format, object? arg, IFormatProvider? formatProvider) => arg switch
    {
        // The default of a struct is no markup at all.
        Markup markup => markup.Source ?? "",
        IEnumerable<Markup> parts => string.Join('\n', parts.Select(part => part.Source)),
        IFormattable number => Encoded(number.ToString(format, CultureInfo.InvariantCulture)),
        _ => Encoded(arg?.ToString() ?? ""),
    };

    // HTML has no way to write control characters, but file names may have them.
    private static string Encoded(string text) => WebUtility.HtmlEncode(Printable.Of(text));
}
