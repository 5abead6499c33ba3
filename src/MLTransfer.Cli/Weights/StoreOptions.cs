using System.CommandLine;
using MLTransfer.Cli.CommandLine;
using MLTransfer.Weights;

namespace MLTransfer.Cli.Weights;

/// <summary>The options of every command that uses published weights: where to find them.</summary>
internal sealed class StoreOptions
{
    internal Option<string?> Folder { get; } = CliOption.Text(
        "--weights-dir", "DIR",
        $"Folder to search first for published weights. [default: {WeightStoreOptions.FoldersVariable}, if set; "
        + "then the caches of mlt and of PyTorch]");

    internal Option<string?> Mirror { get; } = CliOption.Text(
        "--mirror", "URL",
        "Server to download published weights from instead of their own; the path stays the same. "
        + $"[default: {WeightStoreOptions.MirrorVariable}, if set]");

    internal Option<bool> Offline { get; } =
        CliOption.Flag("--offline", "Download nothing; fail if weights are not on this machine.");

    /// <exception cref="UsageException">There is no such folder, or the mirror is not a URL.</exception>
    internal WeightStore CreateStore(ParseResult parseResult, CommandContext context)
    {
        var defaults = Defaults(context);
        return new(defaults with
        {
            Folders = parseResult.GetValue(Folder) is { } folder ? [Paths.ExistingFolder("--weights-dir", folder), .. defaults.Folders]
                : defaults.Folders,
            Mirror = parseResult.GetValue(Mirror) is { } mirror
                ? UsageError.Translate("--mirror", () => WeightStoreOptions.ParseMirror(mirror))
                : defaults.Mirror,
            Offline = parseResult.GetValue(Offline),
        });
    }

    /// <summary>The places of this user, without the options above.</summary>
    /// <exception cref="UsageException">The mirror in the environment is not a URL.</exception>
    internal static WeightStoreOptions Defaults(CommandContext context)
    {
        var fromEnvironment = UsageError.Translate(
            WeightStoreOptions.MirrorVariable, () => WeightStoreOptions.FromEnvironment(context.Variable, context.Home));
        return fromEnvironment with
        {
            CacheFolder = context.CacheFolder is { } folder ? Path.Combine(folder, CacheFolders.Weights) : null,
        };
    }
}
