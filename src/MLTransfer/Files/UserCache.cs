namespace MLTransfer.Files;

/// <summary>The cache folder of the XDG base directory specification.</summary>
internal static class UserCache
{
    /// <summary>The reason why there is no cache folder.</summary>
    internal const string NoHome = "this user has no home folder";

    private const string Variable = "XDG_CACHE_HOME";

    /// <summary>The user's home folder; empty where there is none.</summary>
    internal static string Home => Environment.GetFolderPath(Environment.SpecialFolder.UserProfile);

    /// <summary>The folder that holds a cache folder for each program.</summary>
    /// <param name="environment">Looks up an environment variable.</param>
    /// <param name="home">The user's home folder; a relative path counts as none, so that the working directory gets no cache.</param>
    /// <returns><see langword="null"/> where there is no such folder.</returns>
    internal static string? Root(Func<string, string?> environment, string home) =>
        environment(Variable) is { } asked && Path.IsPathRooted(asked) ? asked
        : Path.IsPathRooted(home) ? Path.Combine(home, ".cache")
        : null;

    /// <summary>The folder of MLTransfer below <see cref="Root"/>.</summary>
    internal static string? Folder(Func<string, string?> environment, string home) =>
        Root(environment, home) is { } root ? Path.Combine(root, "mltransfer") : null;
}
