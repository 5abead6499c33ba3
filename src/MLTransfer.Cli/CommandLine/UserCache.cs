namespace MLTransfer.Cli.CommandLine;

/// <summary>Where the XDG base directory specification puts what can be computed again.</summary>
internal static class UserCache
{
    internal static string Folder(Func<string, string?> environment, string home) =>
        Path.Combine(environment("XDG_CACHE_HOME") is { } cache && Path.IsPathRooted(cache) ? cache : Path.Combine(home, ".cache"), "mltransfer");
}
