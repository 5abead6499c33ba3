using System.CommandLine;
using MLTransfer.Cli.CommandLine;
using MLTransfer.Weights;

namespace MLTransfer.Cli.Weights;

/// <summary>Where weights are looked for: the options of every command that may need published ones.</summary>
internal sealed class StoreOptions
{
    internal Option<string?> Folder { get; } = CliOption.Text(
        "--weights-dir", "DIR", $"A folder to look for published weights in first. [default: {WeightStoreOptions.FoldersVariable}, if "
        + $"set; then the caches of mlt and of PyTorch]");

    internal Option<string?> Mirror { get; } = CliOption.Text(
        "--mirror", "URL", $"Where to download published weights from in place of their own host; the path stays the same. [default: "
        + $"{WeightStoreOptions.MirrorVariable}, if set]");

    internal Option<bool> Offline { get; } =
        CliOption.Flag("--offline", "Download nothing: fail where weights are not on this machine yet.");

    /// <exception cref="UsageException">There is no such folder, or the mirror is no address.</exception>
    internal WeightStore Of(ParseResult asked, CommandContext context)
    {
        var usual = Usual(context);
        return new(usual with
        {
            Folders = asked.GetValue(Folder) is { } folder ? [Paths.ExistingFolder("--weights-dir", folder), .. usual.Folders]
                : usual.Folders,
            Mirror = asked.GetValue(Mirror) is { } mirror ? MirrorAt("--mirror", mirror) : usual.Mirror,
            Offline = asked.GetValue(Offline),
        });
    }

    private static WeightStoreOptions Usual(CommandContext context)
    {
        try
        {
            return WeightStoreOptions.Of(context.Variable, context.Home) with
            {
                CacheFolder = context.CacheFolder is { } folder ? Path.Combine(folder, CacheFolders.Weights) : null,
            };
        }
        catch (ArgumentException refusal)
        {
            throw UsageError.For(WeightStoreOptions.MirrorVariable, refusal);
        }
    }

    private static Uri MirrorAt(string option, string address)
    {
        try
        {
            return WeightStoreOptions.MirrorAt(address);
        }
        catch (ArgumentException refusal)
        {
            throw UsageError.For(option, refusal);
        }
    }
}
