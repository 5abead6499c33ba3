using MLTransfer.Files;
using MLTransfer.Native;

namespace MLTransfer.Cli.CommandLine;

/// <summary>A file that a command will write: checked before any work, and replaced in one step once its content is complete.</summary>
internal sealed class OutputFile
{
    private readonly string _option;

    private OutputFile(string option, string path)
    {
        _option = option;
        Path = path;
    }

    /// <summary>The path, as it was given.</summary>
    internal string Path { get; }

    /// <exception cref="UsageException">The file cannot be written, or is one of the standard streams.</exception>
    internal static OutputFile Checked(string option, string path)
    {
        if (StandardStreams.Find(path) is { } stream)
            throw new UsageException($"{option} is '{path}', which is {stream}; name a file.");
        try
        {
            AtomicFile.CheckWritable(path);
        }
        catch (IOException refusal)
        {
            throw new UsageException($"{option}: {refusal.Message}", refusal);
        }
        return new OutputFile(option, path);
    }

    /// <summary>Writes the file; a reader finds either the old one or the complete new one.</summary>
    internal void Write(Action<Stream> write)
    {
        try
        {
            AtomicFile.Write(Path, write);
        }
        catch (IOException failure)
        {
            throw new IOException($"'{Path}' ({_option}) could not be written: {failure.Message}", failure);
        }
    }

    /// <summary>The standard streams: a file written there would be mixed with what the tool itself prints.</summary>
    private static class StandardStreams
    {
        private static readonly (string Path, string Meaning)[] All =
        [
            ("/dev/stdout", "standard output, where the results go"),
            ("/dev/stderr", "standard error, where progress and messages go"),
        ];

        /// <summary>The standard stream that the path leads to; null for any other path.</summary>
        internal static string? Find(string path)
        {
            if (UnixFile.At(path) is not { } file)
                return null;
            // /dev/null may be both: nobody reads it. A plain file may not, as in --out m.zip > m.zip.
            return file.Kind == UnixFileKind.Plain || IsHeldOpen(path)
                ? Array.Find(All, stream => UnixFile.At(stream.Path)?.Identity == file.Identity).Meaning
                : null;
        }

        private static bool IsHeldOpen(string path)
        {
            try
            {
                return OutputPlace.Resolve(path).IsHeldOpen;
            }
            // The attempt to write there reports it.
            catch (IOException)
            {
                return false;
            }
        }
    }
}
