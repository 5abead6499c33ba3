using System.Text;
using System.Text.Unicode;

namespace MLTransfer.Files;

/// <summary>
/// Names in the code page of whoever wrote them, which archives and old file systems do not tell: that one is taken in which the names of
/// an archive, all together, look most like words.
/// </summary>
internal static class LegacyNames
{
    // DOS first, which zip files without another mark are in; of equal ones the first is taken.
    // Korean without its extension (949): those syllables are rare, and most Japanese names would be made of them.
    private static readonly int[] CodePages = [437, 1252, 932, 51949, 936, 950, 866, 1251];

    private const char Impossible = '\uFFFD';

    /// <summary>The code page of names of which some are no UTF-8.</summary>
    /// <param name="names">The names as they are stored.</param>
    public static Encoding Of(IReadOnlyList<byte[]> names)
    {
        byte[][] odd = [.. names.Where(name => !Utf8.IsValid(name))];
        return CodePages.Select(Marking)
            .Select(page => (Page: page, Cost: Cost(page, odd)))
            .MinBy(choice => choice.Cost).Page;
    }

    /// <summary>A name of its own.</summary>
    public static string Decode(byte[] name) => (Utf8.IsValid(name) ? Encoding.UTF8 : Of([name])).GetString(name);

    // A character that no code page has stands for what is not of the page: an exception per name would take minutes for a large archive.
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

    /// <summary>How unlike words a name is; infinite where it cannot be of the code page.</summary>
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
        // A capital within a word, or a word in two scripts, is what a wrong code page makes.
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
            // Nearly any bytes are ideographs in some code page.
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
