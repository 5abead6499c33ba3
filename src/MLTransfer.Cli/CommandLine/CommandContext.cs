using MLTransfer.Files;

namespace MLTransfer.Cli.CommandLine;

/// <summary>The world outside a command: its streams, the user's cache folder and the environment.</summary>
internal sealed record CommandContext
{
    /// <summary>Standard input.</summary>
    internal required TextReader Input { get; init; }

    /// <summary>Standard output: results.</summary>
    internal required TextWriter Output { get; init; }

    /// <summary>Standard error: errors.</summary>
    internal required TextWriter Error { get; init; }

    /// <summary>Where progress and notes go: standard error, or nowhere with --quiet.</summary>
    internal TextWriter Words => IsQuiet ? TextWriter.Null : Error;

    /// <summary>Whether only results and errors are shown.</summary>
    internal bool IsQuiet { get; init; }

    /// <summary>Whether <see cref="Output"/> is a terminal.</summary>
    internal bool OutputIsTerminal { get; init; }

    /// <summary>Whether <see cref="Error"/> is a terminal on which lines can be drawn again.</summary>
    internal bool ErrorIsTerminal { get; init; }

    /// <summary>Whether progress is drawn; it is told in plain lines otherwise.</summary>
    internal bool DrawsProgress => ErrorIsTerminal && !IsQuiet;

    /// <summary>The user's folder for data that can be recreated; null for a user without a home.</summary>
    internal required string? CacheFolder { get; init; }

    /// <summary>The command that started the tool, for hints about what to type next.</summary>
    internal string Command { get; init; } = CommandName.Default;

    /// <summary>Returns the value of an environment variable.</summary>
    internal Func<string, string?> Variable { get; init; } = _ => null;

    /// <summary>The user's home folder.</summary>
    internal string Home { get; init; } = "";

    /// <summary>One of the user's cache folders, for a command that needs it.</summary>
    /// <param name="name">One of <see cref="CacheFolders"/>.</param>
    /// <param name="instead">The alternative to suggest, such as "name another folder with --dir".</param>
    /// <exception cref="UsageException">The user has no home.</exception>
    internal string RequiredCache(string name, string instead) => CacheFolder is { } folder
        ? Path.Combine(folder, name)
        : throw new UsageException(
            $"There is no folder for the cache of mlt: {UserCache.NoHome}. Set HOME or XDG_CACHE_HOME, or {instead}.");

    /// <summary>Whether the user wants a terminal to be drawn on: no-color.org, and TERM for terminals that cannot.</summary>
    internal static bool CanDraw(Func<string, string?> variable) =>
        string.IsNullOrEmpty(variable("NO_COLOR")) && variable("TERM") != "dumb";

    internal static CommandContext FromProcess() => new()
    {
        Input = Console.In,
        Output = Console.Out,
        Error = Console.Error,
        OutputIsTerminal = !Console.IsOutputRedirected,
        ErrorIsTerminal = !Console.IsErrorRedirected && CanDraw(Environment.GetEnvironmentVariable),
        CacheFolder = UserCache.Folder(Environment.GetEnvironmentVariable, UserCache.Home),
        Command = CommandName.Detect(Environment.GetEnvironmentVariable, Environment.ProcessPath, Environment.GetCommandLineArgs()[0]),
        Variable = Environment.GetEnvironmentVariable,
        Home = UserCache.Home,
    };
}

/// <summary>The subfolders of the user's cache folder.</summary>
internal static class CacheFolders
{
    /// <summary>Image features, by weights and preprocessing.</summary>
    internal const string Features = "features";

    /// <summary>Downloaded weights.</summary>
    internal const string Weights = "weights";

    /// <summary>Downloaded data sets, a folder each.</summary>
    internal const string Datasets = "datasets";

    /// <summary>Downloaded files of data sets that are not unpacked yet.</summary>
    internal const string Downloads = "downloads";

    /// <summary>Images, weights and models of 'mlt demo'.</summary>
    internal const string Demo = "demo";
}
