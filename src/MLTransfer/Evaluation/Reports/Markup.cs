using System.Globalization;
using System.Net;
using MLTransfer.Errors;

namespace MLTransfer.Evaluation.Reports;

/// <summary>
/// HTML or SVG source. Whatever is interpolated into it is encoded, unless it is markup itself: a label can never become an element.
/// </summary>
/// <param name="Source">Used verbatim: only ever constants of the program.</param>
internal readonly record struct Markup(string Source)
{
    /// <summary>
    /// Fills the holes of an interpolated string: markup verbatim, sequences of markup line by line, text encoded, numbers in the invariant
    /// culture.
    /// </summary>
    internal static Markup Format(FormattableString html) => new(html.ToString(EncodingFormat.Instance));

    private sealed class EncodingFormat : IFormatProvider, ICustomFormatter
    {
        internal static readonly EncodingFormat Instance = new();

        public object? GetFormat(Type? formatType) => formatType == typeof(ICustomFormatter) ? this : null;

        public string Format(string? format, object? arg, IFormatProvider? formatProvider) => arg switch
        {
            // The default value of the struct has no source.
            Markup markup => markup.Source ?? "",
            IEnumerable<Markup> parts => string.Join('\n', parts.Select(part => part.Source)),
            IFormattable number => Encode(number.ToString(format, CultureInfo.InvariantCulture)),
            _ => Encode(arg?.ToString() ?? ""),
        };

        // HTML cannot express control characters, but file names may contain them.
        private static string Encode(string text) => WebUtility.HtmlEncode(Printable.Sanitize(text));
    }
}
