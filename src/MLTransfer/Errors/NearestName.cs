namespace MLTransfer.Errors;

/// <summary>Finds what somebody meant who mistyped a name.</summary>
internal static class NearestName
{
    /// <summary>" Did you mean 'x'?" for the nearest name when it is near enough, and nothing otherwise.</summary>
    /// <param name="typed">What was typed.</param>
    /// <param name="names">The names there are.</param>
    public static string Question(string typed, IEnumerable<string> names) =>
        Of(typed, names) is { } name ? $" Did you mean '{name}'?" : "";

    /// <summary>
    /// The name with the fewest edits from what was typed, if at most a third of its letters (and at least one) are wrong.
    /// </summary>
    /// <param name="typed">What was typed; letter case does not count.</param>
    /// <param name="names">The names there are.</param>
    public static string? Of(string typed, IEnumerable<string> names) => names
        .Select(name => (name, distance: Distance(typed.ToLowerInvariant(), name.ToLowerInvariant())))
        .Where(candidate => candidate.distance <= Math.Max(1, Math.Max(typed.Length, candidate.name.Length) / 3))
        .OrderBy(candidate => candidate.distance)
        .ThenBy(candidate => candidate.name, StringComparer.Ordinal)
        .Select(candidate => candidate.name)
        .FirstOrDefault();

    /// <summary>Edits between two words: insertion, deletion, substitution, and the exchange of neighbours, one each.</summary>
    private static int Distance(string from, string to)
    {
        var edits = new int[from.Length + 1, to.Length + 1];
        for (var i = 0; i <= from.Length; i++)
            edits[i, 0] = i;
        for (var j = 0; j <= to.Length; j++)
            edits[0, j] = j;
        for (var i = 1; i <= from.Length; i++)
        {
            for (var j = 1; j <= to.Length; j++)
            {
                var same = from[i - 1] == to[j - 1] ? 0 : 1;
                edits[i, j] = Math.Min(Math.Min(edits[i - 1, j], edits[i, j - 1]) + 1, edits[i - 1, j - 1] + same);
                if (i > 1 && j > 1 && from[i - 1] == to[j - 2] && from[i - 2] == to[j - 1])
                    edits[i, j] = Math.Min(edits[i, j], edits[i - 2, j - 2] + 1);
            }
        }
        return edits[from.Length, to.Length];
    }
}
