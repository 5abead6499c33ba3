using System.CommandLine;
using MLTransfer.Cli.CommandLine;
using MLTransfer.Cli.Screen;

namespace MLTransfer.Cli.Bench;

/// <summary>'mlt bench load': a weights file into a network, by PyTorch and by us, in turns.</summary>
internal sealed class BenchLoadCommand : MltCommand
{
    private const string DefaultBackbone = "resnet50";
    private const int DefaultRounds = 11;

    private readonly Option<string?> _backbone =
        CliOption.Text("--backbone", "NAME", $"A backbone of torchvision's. [default: {DefaultBackbone}]");
    private readonly Option<string?> _python = CliOption.Text(
        "--python", "FILE", $"The Python that has torch and torchvision. [default: {PeerRequest.DefaultPython}]");
    private readonly Option<int?> _rounds =
        CliOption.Integer("--rounds", $"How often each loads the file. [default: {DefaultRounds}]", 1, 1000);

    internal BenchLoadCommand(CommandContext context)
        : base("load", "Times reading a .pth file into a network: PyTorch's torch.load with load_state_dict, and ours, in turns.",
            context,
            "mlt bench load",
            "mlt bench load --backbone vgg16 --rounds 5 --json") =>
        Accepts(_backbone, _python, _rounds);

    internal override string Remarks =>
        """
        The file holds random weights that torchvision makes and torch.save writes. Building the network is not timed; the medians are compared.

        JSON: { backbone, bytes, rounds, peer_seconds, ours_seconds, ratio }: ratio is how many times as fast ours is

        """;

    protected override async Task<int> RunAsync(ParseResult asked, CancellationToken cancel)
    {
        var python = Paths.ExistingFile("--python", asked.GetValue(_python) ?? PeerRequest.DefaultPython);
        var comparison = await LoadRun.CompareAsync(
            KnownBackbone.Of(asked.GetValue(_backbone) ?? DefaultBackbone), python, asked.GetValue(_rounds) ?? DefaultRounds, cancel)
            .ConfigureAwait(false);
        if (WantsJson(asked))
            Json.WriteTo(Context.Output, comparison);
        else
            LoadComparison.Show(comparison, Context);
        return ExitCode.Done;
    }
}
