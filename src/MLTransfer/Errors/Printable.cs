namespace MLTransfer.Errors;

/// <summary>
/// Text of unknown origin, for messages and pages: it may have any length and hold anything, even what commands a terminal.
/// </summary>
internal static class Printable
{
    private const char Unprintable = '\uFFFD';

    /// <summary>
    /// The text, cut where it is too long, with a space for each line break and tab and U+FFFD for other control characters.
    /// </summary>
    public static string Of(string text, int longest = int.MaxValue) =>
        string.Create(text.Length > longest ? longest + 1 : text.Length, text, (target, source) =>
        {
            for (int index = 0; index < target.Length; index++)
                target[index] = index == longest ? '…' : Of(source[index]);
        });

    private static char Of(char letter) => !char.IsControl(letter) ? letter : char.IsWhiteSpace(letter) ? ' ' : Unprintable;
}
