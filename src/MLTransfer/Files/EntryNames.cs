using System.Text;
using System.Text.Unicode;

namespace MLTransfer.Files;

/// <summary>
/// The safety rule for names of archive entries, whether they are read in place or unpacked: no name may lead out of the archive. Both
/// slashes separate folders, since some archives made on Windows use backslashes.
/// </summary>
internal static class EntryNames
{
    // The folder that macOS adds to archives.
    private const string MacFolder = "__MACOSX";

    /// <summary>Checks the name of an entry that is read in place; it is never used as a path.</summary>
    /// <exception cref="Exception">The name is empty, absolute, or leads out of the archive.</exception>
    public static void Check(string name, FileErrors errors)
    {
        if (name.Length == 0 || FindFault(name) is not null)
            throw errors.Refused($"its entry '{name}' points out of the archive");
    }

    /// <summary>The parts of an entry's path below the folder it is unpacked into; none for that folder itself.</summary>
    /// <exception cref="InvalidDataException">The name leads out of the folder, or is not a valid file name on every system; the message
    /// continues a sentence about the entry.</exception>
    public static string[] PathParts(string name)
    {
        if (FindFault(name) is { } fault)
            throw new InvalidDataException(fault);
        string[] parts = [.. Split(name).Where(part => part != ".")];
        return parts.Any(part => part.Any(letter => char.IsControl(letter) || letter == ':'))
            ? throw new InvalidDataException("has a name with a character that file names must not have")
            : parts;
    }

    /// <summary>The folders and the file name in a name.</summary>
    public static string[] Split(string name) => name.Split(['/', '\\'], StringSplitOptions.RemoveEmptyEntries);

    /// <summary>Whether the name, or that of a folder above it, begins with a dot, or was added by macOS.</summary>
    public static bool IsHidden(string name) =>
        Split(name).Any(part => part != "." && (part.StartsWith('.') || part == MacFolder));

    private static string? FindFault(string name)
    {
        string[] parts = Split(name);
        if (name.StartsWith('/') || name.StartsWith('\\') || parts.FirstOrDefault(part => part != ".") is [_, ':', ..])
            return "has an absolute name";
        if (parts.Contains(".."))
            return "has a name that leads out of the folder";
        return name.Contains('\0') ? "has a name with a character that file names must not have" : null;
    }
}

/// <summary>
/// Guesses the code page of file names that are not UTF-8, since archives and old file systems do not record it: the one in which all
/// names of an archive together look most like words.
/// </summary>
internal static class LegacyNames
{
    // On a tie the first wins: DOS, the default of zip files.
    // Korean without its extension (949), whose rare syllables would match most Japanese names.
    private static readonly int[] CodePages = [437, 1252, 932, 51949, 936, 950, 866, 1251];

    private const char Impossible = '\uFFFD';

    /// <summary>The most likely code page of names of which some are not UTF-8.</summary>
    /// <param name="names">The names as stored.</param>
    public static Encoding FindEncoding(IReadOnlyList<byte[]> names)
    {
        byte[][] odd = [.. names.Where(name => !Utf8.IsValid(name))];
        return CodePages.Select(Marking)
            .Select(page => (Page: page, Cost: Cost(page, odd)))
            .MinBy(choice => choice.Cost).Page;
    }

    /// <summary>Decodes a single name.</summary>
    public static string Decode(byte[] name) => (Utf8.IsValid(name) ? Encoding.UTF8 : FindEncoding([name])).GetString(name);

    // Invalid bytes are replaced, not thrown on: an exception per name would take minutes for a large archive.
    private static Encoding Marking(int page) =>
        CodePagesEncodingProvider.Instance
            .GetEncoding(page, EncoderFallback.ExceptionFallback, new DecoderReplacementFallback($"{Impossible}"))!;

    private static double Cost(Encoding page, byte[][] names)
    {
        double cost = 0;
        for (int i = 0; i < names.Length && double.IsFinite(cost); i++)
            cost += Cost(page, names[i]);
        return cost;
    }

    /// <summary>How unlike words a name is; infinite where it is invalid in the code page.</summary>
    private static double Cost(Encoding page, byte[] name)
    {
        string text = page.GetString(name);
        if (text.Contains(Impossible))
            return double.PositiveInfinity;
        double cost = 0;
        char before = ' ';
        foreach (char letter in text)
        {
            cost += Cost(letter, before);
            before = letter;
        }
        return cost;
    }

    private static double Cost(char letter, char before)
    {
        Script script = ScriptOf(letter), other = ScriptOf(before);
        // A wrong code page produces capitals within words and words in two scripts.
        double capital = char.IsUpper(letter) && char.IsLower(before) ? 0.5 : 0;
        double mixed = script != Script.None && other != Script.None && other != script ? 1 : 0;
        if (char.IsAscii(letter))
            return capital + mixed;
        return capital + mixed + script switch
        {
            Script.None => 3,
            Script.Latin => char.IsAscii(before) ? 0 : 1,
            Script.Kana or Script.Hangul => 0.1,
            Script.Cyrillic => 0.2,
            // Almost any bytes are ideographs in some code page.
            Script.Ideograph => 0.4,
            _ => 2,
        };
    }

    private static Script ScriptOf(char letter) => letter switch
    {
        _ when !char.IsLetter(letter) => Script.None,
        < '\u0250' => Script.Latin,
        >= '\u0400' and < '\u0530' => Script.Cyrillic,
        >= '\u3040' and < '\u3100' => Script.Kana,
        >= '\u4E00' and < '\uA000' => Script.Ideograph,
        >= '\uAC00' and < '\uD7A4' => Script.Hangul,
        _ => Script.Other,
    };

    private enum Script
    {
        None,
        Latin,
        Cyrillic,
        Kana,
        Ideograph,
        Hangul,
        Other,
    }
}
