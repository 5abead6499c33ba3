using MLTransfer.Files;

namespace MLTransfer.Cli.CommandLine;

/// <summary>
/// What a command sees of the world outside: the streams, whether a person watches, where caches go, and the environment.
/// </summary>
internal sealed record CommandContext
{
    /// <summary>Standard input.</summary>
    internal required TextReader Input { get; init; }

    /// <summary>Standard output: results.</summary>
    internal required TextWriter Output { get; init; }

    /// <summary>Standard error: progress and words.</summary>
    internal required TextWriter Error { get; init; }

    /// <summary>Whether <see cref="Output"/> is a terminal.</summary>
    internal bool OutputIsTerminal { get; init; }

    /// <summary>Whether <see cref="Error"/> is a terminal, so that progress can move.</summary>
    internal bool ErrorIsTerminal { get; init; }

    /// <summary>The user's folder for what can be computed again; null where the user has no home.</summary>
    internal required string? CacheFolder { get; init; }

    /// <summary>How the tool was called.</summary>
    internal string Command { get; init; } = CalledAs.Usual;

    /// <summary>Looks an environment variable up.</summary>
    internal Func<string, string?> Variable { get; init; } = _ => null;

    /// <summary>The user's home folder.</summary>
    internal string Home { get; init; } = "";

    /// <summary>One of the user's cache folders, for a command that cannot do without.</summary>
    /// <param name="name">One of <see cref="CacheFolders"/>.</param>
    /// <param name="instead">What to ask in place of it, such as "name another folder with --dir".</param>
    /// <exception cref="UsageException">The user has no home.</exception>
    internal string RequiredCache(string name, string instead) => CacheFolder is { } folder
        ? Path.Combine(folder, name)
        : throw new UsageException($"There is no folder for the cache of mlt: {UserCache.NoHome}. Set HOME or XDG_CACHE_HOME, or {instead}.");

    /// <summary>The process's own.</summary>
    internal static CommandContext OfProcess() => new()
    {
        Input = Console.In,
        Output = Console.Out,
        Error = Console.Error,
        OutputIsTerminal = !Console.IsOutputRedirected,
        ErrorIsTerminal = !Console.IsErrorRedirected,
        CacheFolder = UserCache.Folder(Environment.GetEnvironmentVariable, UserCache.Home),
        Command = CalledAs.Of(Environment.GetEnvironmentVariable, Environment.ProcessPath, Environment.GetCommandLineArgs()[0]),
        Variable = Environment.GetEnvironmentVariable,
        Home = UserCache.Home,
    };
}
