namespace MLTransfer.Models;

/// <summary>Finds the name a user may have meant.</summary>
internal static class Nearest
{
    /// <summary>"Did you mean 'x'? " where a known name is near; nothing otherwise.</summary>
    public static string Suggestion(string name, IEnumerable<string> known)
    {
        (string candidate, int distance) = known.Select(k => (k, Distance(name, k))).DefaultIfEmpty(("", int.MaxValue)).MinBy(pair => pair.Item2);
        return distance <= Math.Max(2, name.Length / 3) ? $"Did you mean '{candidate}'? " : "";
    }

    /// <summary>The number of letters to insert, delete or replace (Levenshtein), letter case aside.</summary>
    internal static int Distance(string left, string right)
    {
        int[] row = [.. Enumerable.Range(0, right.Length + 1)];
        for (int i = 1; i <= left.Length; i++)
        {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= right.Length; j++)
            {
                int replaced = diagonal + (char.ToUpperInvariant(left[i - 1]) == char.ToUpperInvariant(right[j - 1]) ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.Min(replaced, 1 + Math.Min(row[j], row[j - 1]));
            }
        }

        return row[^1];
    }
}
