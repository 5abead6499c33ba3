using System.Collections.Frozen;
using System.Globalization;
using System.Text;

namespace MLTransfer.Files;

/// <summary>
/// Normalizes names that look the same to one spelling: Unicode's composed form, NFC (UAX #15). <see cref="string.Normalize()"/> changes
/// nothing where the application runs without ICU.
/// </summary>
internal static class Spelling
{
    // Hangul syllables are computed (The Unicode Standard, 3.12).
    private const int Syllables = 0xAC00, Leads = 0x1100, Vowels = 0x1161, Tails = 0x11A7, LeadCount = 19, VowelCount = 21, TailCount = 28;
    private const int FirstChanged = 0x300;
    private static readonly Lazy<Data> Unicode = new(Data.Read);

    /// <summary>The name in composed form; a name with a lone surrogate is returned unchanged.</summary>
    public static string ToComposed(string name)
    {
        // No character below the first combining mark changes, or changes the one before it.
        if (name.All(letter => letter < FirstChanged) || HasHalfPair(name))
            return name;
        List<int> letters = [];
        foreach (Rune rune in name.EnumerateRunes())
            Decompose(rune.Value, letters);
        Reorder(letters);
        return string.Concat(Compose(letters).Select(letter => new Rune(letter).ToString()));
    }

    private static bool HasHalfPair(string name)
    {
        for (int at = 0; at < name.Length; at++)
        {
            if (char.IsSurrogatePair(name, at))
                at++;
            else if (char.IsSurrogate(name[at]))
                return true;
        }
        return false;
    }

    private static void Decompose(int letter, List<int> into)
    {
        int syllable = letter - Syllables;
        if (syllable is >= 0 and < LeadCount * VowelCount * TailCount)
        {
            into.Add(Leads + (syllable / (VowelCount * TailCount)));
            into.Add(Vowels + (syllable % (VowelCount * TailCount) / TailCount));
            if (syllable % TailCount > 0)
                into.Add(Tails + (syllable % TailCount));
        }
        else if (Unicode.Value.Parts.TryGetValue(letter, out int[]? parts))
        {
            foreach (int part in parts)
                Decompose(part, into);
        }
        else
        {
            into.Add(letter);
        }
    }

    // Marks of different classes may come in any order; sorting them by class makes equal names equal.
    private static void Reorder(List<int> letters)
    {
        for (int at = 1; at < letters.Count; at++)
        {
            int mark = letters[at], place = at;
            while (place > 0 && Class(mark) != 0 && Class(letters[place - 1]) > Class(mark))
                letters[place] = letters[--place];
            letters[place] = mark;
        }
    }

    private static List<int> Compose(List<int> letters)
    {
        List<int> composed = [];
        int starter = -1, last = -1;
        foreach (int letter in letters)
        {
            // A mark is blocked from its starter by one of the same or a higher class between them.
            if (starter >= 0 && (composed.Count == starter + 1 || (last < Class(letter) && Class(letter) > 0))
                && Pair(composed[starter], letter) is { } whole)
            {
                composed[starter] = whole;
                continue;
            }
            last = Class(letter);
            if (last == 0)
                starter = composed.Count;
            composed.Add(letter);
        }
        return composed;
    }

    private static int? Pair(int first, int second)
    {
        if (first - Leads is >= 0 and < LeadCount && second - Vowels is >= 0 and < VowelCount)
            return Syllables + ((((first - Leads) * VowelCount) + second - Vowels) * TailCount);
        bool isOpenSyllable = first - Syllables is >= 0 and < LeadCount * VowelCount * TailCount && (first - Syllables) % TailCount == 0;
        if (isOpenSyllable && second - Tails is > 0 and < TailCount)
            return first + second - Tails;
        return Unicode.Value.Wholes.TryGetValue((first, second), out int whole) ? whole : null;
    }

    private static int Class(int letter) => Unicode.Value.Classes.GetValueOrDefault(letter);

    private sealed record Data(
        FrozenDictionary<int, int[]> Parts, FrozenDictionary<(int First, int Second), int> Wholes, FrozenDictionary<int, int> Classes)
    {
        private const string Resource = "MLTransfer.Files.normalization.txt", ClassesFollow = "-", IsNotComposed = "!";

        public static Data Read()
        {
            using StreamReader reader = new(typeof(Spelling).Assembly.GetManifestResourceStream(Resource)!);
            string[] lines = [.. reader.ReadToEnd().Split('\n').Where(line => line.Length > 0 && line[0] != '#')];
            int classes = Array.IndexOf(lines, ClassesFollow);
            var decompositions = lines[..classes].Select(line => line.Split(' ')).ToArray();
            var ranges = lines[(classes + 1)..].Select(line => line.Split(' '));
            return new(
                decompositions.ToFrozenDictionary(
                    fields => Hex(fields[0]), fields => fields[1..].Where(field => field != IsNotComposed).Select(Hex).ToArray()),
                decompositions.Where(fields => fields[^1] != IsNotComposed).ToFrozenDictionary(
                    fields => (Hex(fields[1]), Hex(fields[2])), fields => Hex(fields[0])),
                ranges.SelectMany(
                    fields => Enumerable.Range(Hex(fields[0]), Hex(fields[1]) - Hex(fields[0]) + 1),
                    (fields, letter) => (letter, Class: fields[2]))
                    .ToFrozenDictionary(entry => entry.letter, entry => int.Parse(entry.Class, CultureInfo.InvariantCulture)));
        }

        private static int Hex(string digits) => int.Parse(digits, NumberStyles.HexNumber, CultureInfo.InvariantCulture);
    }
}

/// <summary>
/// Finds files whose names are spelled differently on disk than in a list or on a command line: in another Unicode normal form, or with
/// bytes that are not UTF-8. Folder listings are cached.
/// </summary>
internal sealed class SpelledPaths
{
    private readonly Dictionary<string, Dictionary<string, string>> _folders = new(StringComparer.Ordinal);

    /// <summary>The path as spelled on disk; the path itself where no such file exists.</summary>
    public string FindOnDisk(string path)
    {
        if (Ascii.IsValid(path) || UnixNames.Exists(path) || Path.GetDirectoryName(path) is not { } folder)
            return path;
        string parent = folder.Length == 0 ? "" : FindOnDisk(folder);
        string found = Names(parent).GetValueOrDefault(Key(Path.GetFileName(path)), "");
        return found.Length > 0 ? Path.Combine(parent, found) : path;
    }

    private Dictionary<string, string> Names(string folder)
    {
        if (_folders.TryGetValue(folder, out Dictionary<string, string>? names))
            return names;
        names = new(StringComparer.Ordinal);
        if (UnixNames.IsNotUtf8(folder) || Directory.Exists(folder.Length == 0 ? "." : folder))
        {
            foreach ((string name, _, _) in UnixNames.ListFolder(folder))
                names.TryAdd(Key(name), name);
        }
        return _folders[folder] = names;
    }

    private static string Key(string name) => Spelling.ToComposed(UnixNames.ToDisplay(name));
}
