namespace MLTransfer.Reading;

/// <summary>What a file says of itself, for messages: it may be of any length and hold anything, even what commands a terminal.</summary>
internal static class Printable
{
    /// <summary>The text, cut where it is too long, with a question mark for each control character.</summary>
    public static string Of(string text, int longest) => string.Create(Math.Min(text.Length, longest + 1), text, (target, source) =>
    {
        for (int index = 0; index < target.Length; index++)
            target[index] = index == longest ? '…' : char.IsControl(source[index]) ? '?' : source[index];
    });
}
