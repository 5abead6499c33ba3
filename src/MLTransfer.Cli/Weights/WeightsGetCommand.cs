using System.CommandLine;
using MLTransfer.Cli.CommandLine;
using MLTransfer.Cli.Downloads;
using MLTransfer.Cli.Screen;
using MLTransfer.Weights;

namespace MLTransfer.Cli.Weights;

/// <summary>'mlt weights get': brings weights to this machine.</summary>
internal sealed class WeightsGetCommand : MltCommand
{
    private readonly Argument<string[]> _names;
    private readonly StoreOptions _store = new();

    internal WeightsGetCommand(CommandContext context)
        : base("get", "Downloads weights that are not on this machine yet, checks them, and says where they are.", context,
            "mlt weights get resnet50",
            "mlt weights get resnet18/IMAGENET1K_V1 vit_b_16/IMAGENET1K_SWAG_LINEAR_V1",
            "mlt weights get https://host/weights.pth#sha256=12fca82f0bebc4135bf1f32f6e3710e61d5108578464b84fd6d7f5c1b04036c8 --json")
    {
        _names = new("NAME")
        {
            Description = "Published weights ('mlt weights list'), a backbone for its default, or a URL#sha256=HASH.",
            Arity = ArgumentArity.OneOrMore,
        };
        Accepts(_names, _store.Folder, _store.Mirror, _store.Offline);
    }

    internal override string Remarks =>
        """
        A download that was interrupted goes on where it ended.

        JSON: [{ name, path?, bytes?, downloaded, licence? }]

        """;

    protected override async Task<int> RunAsync(ParseResult asked, CancellationToken cancel)
    {
        var store = _store.Of(asked, Context);
        var (json, references) = (WantsJson(asked), asked.GetRequiredValue(_names).Select(Understood).ToArray());
        var got = new List<GottenWeights>();
        foreach (var reference in references)
        {
            var note = new DownloadNote();
            var weights = await DownloadScreen
                .WatchAsync(Context, json, progress => store.GetAsync(reference, note.PassingTo(progress), cancel))
                .ConfigureAwait(false);
            got.Add(GottenWeights.Of(weights, reference, note.Downloaded));
            if (!json)
                Context.Output.WriteLine(got[^1].InWords());
        }
        if (json)
            Json.WriteTo(Context.Output, got);
        return ExitCode.Done;
    }

    private static WeightsReference Understood(string name)
    {
        try
        {
            return name.Contains("://", StringComparison.Ordinal) ? WeightsReference.Parse(name, "")
                : WeightsReference.To(WeightsCatalog.Find(name));
        }
        catch (ArgumentException unknown)
        {
            throw new UsageException(UsageError.Sentence(unknown), unknown);
        }
    }
}
