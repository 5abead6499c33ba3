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
