namespace MLTransfer.Evaluation.Reports;

/// <summary>HTML or SVG. Whatever is set into it is encoded, unless it is markup itself: a label can never become an element.</summary>
/// <param name="Source">The text, taken as it is: only ever constants of the program.</param>
internal readonly record struct Markup(string Source)
{
    /// <summary>
    /// Fills the holes of an interpolated string: markup as it is, several one below the other, text encoded, numbers invariant.
    /// </summary>
    internal static Markup Of(FormattableString html) => new(html.ToString(EncodingFormat.Instance));
}
