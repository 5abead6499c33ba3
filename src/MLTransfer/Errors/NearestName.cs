namespace MLTransfer.Errors;

/// <summary>Suggests the intended name for a mistyped one.</summary>
internal static class NearestName
{
    /// <summary>" Did you mean 'x'?" for the nearest name, or an empty string where none is near enough.</summary>
    /// <param name="typed">The typed name.</param>
    /// <param name="names">The known names.</param>
    public static string Suggest(string typed, IEnumerable<string> names) =>
        Find(typed, names) is { } name ? $" Did you mean '{name}'?" : "";

    /// <summary>
    /// The name with the fewest edits from the typed one; null unless at most a third of the letters, or one letter, are wrong.
    /// </summary>
    /// <param name="typed">The typed name; case is ignored.</param>
    /// <param name="names">The known names.</param>
    public static string? Find(string typed, IEnumerable<string> names) => names
        .Select(name => (name, distance: Distance(typed.ToLowerInvariant(), name.ToLowerInvariant())))
        .Where(candidate => candidate.distance <= Math.Max(1, Math.Max(typed.Length, candidate.name.Length) / 3))
        .OrderBy(candidate => candidate.distance)
        .ThenBy(candidate => candidate.name, StringComparer.Ordinal)
        .Select(candidate => candidate.name)
        .FirstOrDefault();

    /// <summary>Optimal string alignment distance: insertion, deletion, substitution and transposition of neighbors cost 1 each.</summary>
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
