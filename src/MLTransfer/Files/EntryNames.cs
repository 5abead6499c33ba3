namespace MLTransfer.Files;

/// <summary>
/// Which names entries of archives may have. None is ever used as a path; but one that points out of the archive was meant for harm.
/// </summary>
internal static class EntryNames
{
    private const string Separators = "/\\";

    /// <exception cref="Exception">The name is empty, absolute, or leads upwards.</exception>
    public static void Check(string name, FileErrors errors)
    {
        bool leadsOut = name.Length == 0 || Separators.Contains(name[0]) || name.Contains('\0') || name.AsSpan(1).StartsWith(":");
        foreach (Range part in name.AsSpan().SplitAny(Separators))
            leadsOut |= name.AsSpan(part) is "..";
        if (leadsOut)
            throw errors.Refused($"its entry '{name}' points out of the archive");
    }
}
