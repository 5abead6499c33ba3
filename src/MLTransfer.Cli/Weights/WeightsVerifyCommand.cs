using System.CommandLine;
using MLTransfer.Cli.CommandLine;
using MLTransfer.Cli.Screen;
using MLTransfer.Weights;

namespace MLTransfer.Cli.Weights;

/// <summary>'mlt weights verify': are the weights on this machine what they are said to be?</summary>
internal sealed class WeightsVerifyCommand : MltCommand
{
    private readonly Argument<string[]> _names;
    private readonly StoreOptions _store = new();

    internal WeightsVerifyCommand(CommandContext context)
        : base("verify", "Computes the SHA-256 of weights on this machine and compares it with the published one; fails if one is damaged.",
            context,
            "mlt weights verify",
            "mlt weights verify resnet50/IMAGENET1K_V2",
            "mlt weights verify downloads/resnet18-f37072fd.pth --json")
    {
        _names = new("NAME|FILE")
        {
            Description = "Published weights, wherever they are on this machine, or files. [default: all weights in the folders where "
                + "they are looked for]",
            Arity = ArgumentArity.ZeroOrMore,
        };
        Accepts(_names, _store.Folder);
    }

    internal override string Remarks =>
        """
        A file is known by its name, which is the published one or carries the start of the hash, as resnet18-f37072fd.pth does.

        JSON: [{ file, weights?, state: intact|damaged|unknown|absent, sha256?, expected? }]

        """;

    protected override async Task<int> RunAsync(ParseResult asked, CancellationToken cancel)
    {
        var store = _store.Of(asked, Context);
        var names = asked.GetValue(_names) ?? [];
        var verified = new List<VerifiedFile>();
        foreach (var suspect in names.Length == 0 ? Suspect.AllIn(store) : names.SelectMany(name => Suspect.Named(name, store)))
            verified.Add(await VerifiedFile.OfAsync(suspect, cancel).ConfigureAwait(false));
        if (WantsJson(asked))
            Json.WriteTo(Context.Output, verified);
        else
            Show(verified, store.Options.Places);
        return verified.Any(file => file.State is FileState.Damaged or FileState.Absent) ? ExitCode.Failed : ExitCode.Done;
    }

    private void Show(List<VerifiedFile> verified, IReadOnlyList<string> places)
    {
        foreach (var file in verified)
            Context.Output.WriteLine(file.InWords());
        if (verified.Count == 0)
            Context.Output.WriteLine($"No weights in {string.Join(", ", places)}.");
    }
}
