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

    private string Partial => $"{System.IO.Path.GetFullPath(Path)}.{Environment.ProcessId}.partial";

    /// <exception cref="UsageException">Nothing can be written there.</exception>
    internal static OutputFile Checked(string option, string path)
    {
        var file = new OutputFile(option, path);
        if (Directory.Exists(path))
            throw new UsageException($"{option} is '{path}', which is a folder; name a file to write.");
        var folder = System.IO.Path.GetDirectoryName(System.IO.Path.GetFullPath(path))!;
        if (!Directory.Exists(folder))
            throw new UsageException($"{option} is '{path}', but there is no folder '{folder}'; create it, or choose another place.");
        try
        {
            File.Create(file.Partial).Dispose();
            File.Delete(file.Partial);
        }
        catch (Exception refusal) when (refusal is IOException or UnauthorizedAccessException)
        {
            throw new UsageException($"{option} is '{path}', but '{folder}' cannot be written to: {refusal.Message} Choose another place.", refusal);
        }
        return file;
    }

    /// <summary>Writes the file; whoever looks finds the old one or the new one, whole.</summary>
    internal void Write(Action<Stream> write)
    {
        try
        {
            using (var stream = File.Create(Partial))
                write(stream);
            File.Move(Partial, Path, overwrite: true);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new IOException($"'{Path}' ({_option}) could not be written: {failure.Message}", failure);
        }
        finally
        {
            File.Delete(Partial);
        }
    }
}
