using MLTransfer.Files;
using MLTransfer.Native;

namespace MLTransfer.Cli.CommandLine;

/// <summary>Tells whether a path leads to where the tool itself speaks: a file written there would be mixed with its words.</summary>
internal static class StandardStreams
{
    private static readonly (string Path, string Meaning)[] All =
    [
        ("/dev/stdout", "standard output, where the results go"),
        ("/dev/stderr", "standard error, where progress and messages go"),
    ];

    /// <summary>What is at the path; null where the tool does not speak there.</summary>
    internal static string? Meaning(string path)
    {
        if (UnixFile.At(path) is not { } file)
            return null;
        // /dev/null in both places is no mistake: what goes there is not read. A plain file in both is one, as in --out m.zip > m.zip.
        return file.Kind == UnixFileKind.Plain || IsHeldOpen(path)
            ? Array.Find(All, stream => UnixFile.At(stream.Path)?.Identity == file.Identity).Meaning
            : null;
    }

    private static bool IsHeldOpen(string path)
    {
        try
        {
            return OutputPlace.At(path).IsHeldOpen;
        }
        // Whoever writes there is told.
        catch (IOException)
        {
            return false;
        }
    }
}
