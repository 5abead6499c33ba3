using MLTransfer.Files;

namespace MLTransfer.Cli.CommandLine;

/// <summary>A file that a command will write: found out early whether it can be, written beside its place, and renamed into it.</summary>
internal sealed class OutputFile
{
    private readonly string _option;

    private OutputFile(string option, string path)
    {
        _option = option;
        Path = path;
    }

    /// <summary>The path, as it was asked.</summary>
    internal string Path { get; }

    /// <exception cref="UsageException">Nothing can be written there, or the command itself speaks there.</exception>
    internal static OutputFile Checked(string option, string path)
    {
        if (StandardStreams.Meaning(path) is { } stream)
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

    /// <summary>Writes the file; whoever looks finds the old one or the new one, whole.</summary>
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
}
