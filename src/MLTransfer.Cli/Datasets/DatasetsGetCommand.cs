using System.CommandLine;
using MLTransfer.Cli.CommandLine;
using MLTransfer.Cli.Downloads;
using MLTransfer.Cli.Screen;
using MLTransfer.Data.Cards;
using MLTransfer.Weights;

namespace MLTransfer.Cli.Datasets;

/// <summary>'mlt datasets get': brings a published data set to this machine.</summary>
internal sealed class DatasetsGetCommand : MltCommand
{
    // Not --out: what is downloaded lies elsewhere until it is unpacked.
    private const string NoOther = "run mlt as a user who has one";

    private readonly Argument<string> _name;

    private readonly Option<string?> _out = CliOption.Text(
        "--out", "DIR", "The folder to unpack into: a new or an empty one. [default: datasets/NAME in mlt's cache]");

    private readonly Option<string?> _mirror = CliOption.Text(
        "--mirror", "URL", $"Where to download from in place of the publishers' host; the path stays the same. [default: "
        + $"{WeightStoreOptions.MirrorVariable}, if set]");

    private readonly Option<bool> _offline = CliOption.Flag("--offline", "Download nothing: fail where files are not on this machine yet.");

    internal DatasetsGetCommand(CommandContext context)
        : base("get", "Downloads a published data set, checks it, unpacks it, and says how to train on it.", context,
            "mlt datasets get hymenoptera",
            "mlt datasets get fashion-mnist --out data/fashion",
            "mlt datasets get oxford-pets --json")
    {
        _name = KnownDataset.Argument();
        Accepts(_name, _out, _mirror, _offline);
    }

    internal override string Remarks =>
        """
        A download that was interrupted goes on where it ended. Nothing is unpacked before its checksum agrees; links and devices in archives are
        left out, and an archive that would write outside the folder is refused.

        JSON: { name, folder, was_there, files, bytes, skipped: [..], places: { part: path }, licence? }

        """;

    protected override async Task<int> RunAsync(ParseResult asked, CancellationToken cancel)
    {
        var card = KnownDataset.Of(asked.GetRequiredValue(_name));
        var folder = asked.GetValue(_out) ?? Path.Combine(Context.RequiredCache(CacheFolders.Datasets, NoOther), card.Name);
        var store = new DatasetStore(new()
        {
            CacheFolder = Context.RequiredCache(CacheFolders.Downloads, NoOther),
            Mirror = Mirror(asked),
            Offline = asked.GetValue(_offline),
        });
        var json = WantsJson(asked);
        var dataset = await DownloadScreen.WatchAsync(Context, json, progress => store.GetAsync(card, folder, progress, cancel))
            .ConfigureAwait(false);
        if (json)
            Json.WriteTo(Context.Output, GottenDataset.Of(dataset));
        else
            GottenDataset.Show(dataset, Context);
        return ExitCode.Done;
    }

    private Uri? Mirror(ParseResult asked)
    {
        var option = asked.GetValue(_mirror);
        try
        {
            return (option ?? Context.Variable(WeightStoreOptions.MirrorVariable)) is { Length: > 0 } address
                ? WeightStoreOptions.MirrorAt(address) : null;
        }
        catch (ArgumentException refusal)
        {
            throw UsageError.For(option is null ? WeightStoreOptions.MirrorVariable : _mirror.Name, refusal);
        }
    }
}
