namespace MLTransfer.Data.Cards;

/// <summary>Where an entry of an archive may go.</summary>
internal static class EntryPath
{
    /// <summary>The parts of an entry's name below the target folder; none for the folder itself.</summary>
    /// <param name="name">The name in the archive, with either slash.</param>
    /// <exception cref="InvalidDataException">It would lead out of the folder, or is no name on every system; continues a sentence about
    /// the entry.</exception>
    public static IReadOnlyList<string> Parts(string name)
    {
        string[] parts = [.. name.Split('/', '\\').Where(part => part is not ("" or "."))];
        if (name.StartsWith('/') || name.StartsWith('\\') || parts is [[_, ':'], ..] or [[_, ':', ..], ..])
            throw new InvalidDataException("has an absolute name");
        if (parts.Contains(".."))
            throw new InvalidDataException("has a name that leads out of the folder");
        if (parts.Any(part => part.Any(letter => char.IsControl(letter) || letter == ':')))
            throw new InvalidDataException("has a name with a character that file names must not have");
        return parts;
    }
}
