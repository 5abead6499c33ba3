namespace MLTransfer.Errors;

/// <summary>
/// Makes text of unknown origin safe for messages, terminals and pages: it may have any length and contain control characters, such as the
/// escape sequences of a terminal.
/// </summary>
internal static class Printable
{
    private const char Unprintable = '\uFFFD';

    /// <summary>The text, cut to a length, with a space for each line break and tab and U+FFFD for every other control character.</summary>
    public static string Sanitize(string text, int longest = int.MaxValue) =>
        string.Create(text.Length > longest ? longest + 1 : text.Length, text, (target, source) =>
        {
            for (int index = 0; index < target.Length; index++)
                target[index] = index == longest ? '…' : Replace(source[index]);
        });

    /// <summary>The first items, separated by commas, and " and N more" where there are more.</summary>
    public static string FirstOf(IReadOnlyList<string> items, int shown, string separator = ", ") =>
        string.Join(separator, items.Take(shown)) + More(items.Count, shown);

    /// <summary>" and N more" for the items after the first <paramref name="shown"/>; empty where there are none.</summary>
    public static string More(int count, int shown) => count > shown ? $" and {count - shown:N0} more" : "";

    private static char Replace(char letter) => !char.IsControl(letter) ? letter : char.IsWhiteSpace(letter) ? ' ' : Unprintable;
}
