using System.CommandLine;
using MLTransfer.Cli.CommandLine;
using MLTransfer.Cli.Screen;

namespace MLTransfer.Cli.Bench;

/// <summary>'mlt bench peer': the PyTorch tutorial's recipe and 'mlt train', one after the other, on the same data.</summary>
internal sealed class BenchPeerCommand : MltCommand
{
    private const string Both = "both";

    private readonly Option<string?> _script = CliOption.Text(
        "--peer-script", "FILE", "The recipe in Python; takes --data, --mode, --backbone, --weights, --epochs, --threads and prints "
        + "JSON last. " +
        "[default: ../shared/peers/tutorial.py]");
    private readonly Option<string?> _python = CliOption.Text(
        "--python", "FILE", $"The Python that has torch and torchvision. [default: {PeerRequest.DefaultPython}]");
    private readonly Option<string?> _data =
        CliOption.Text("--data", "DIR", "A folder with train/ and val/. [default: ../shared/data/hymenoptera]");
    private readonly Option<string?> _weights = CliOption.Text(
        "--weights", "FILE", "Pretrained weights of the backbone. [default: ../shared/weights/mobilenet_v1_b12_imagenet.pth]");
    private readonly Option<string?> _backbone = CliOption.Text(
        "--backbone", "NAME", $"A backbone that both know. [default: {PeerRequest.DefaultBackbone}]");
    private readonly Option<string> _mode =
        CliOption.Choice("--mode", "Which way to train.", Both, PeerRequest.Features, PeerRequest.FineTune);
    private readonly Option<int?> _epochs =
        CliOption.Integer("--epochs", $"Epochs of either. [default: {PeerRequest.DefaultEpochs}]", 1, 1000);
    private readonly Option<int?> _threads = CliOption.Integer(
        "--threads", "Processor threads of either. [default: as many as the processor has]", 1, 1024);

    internal BenchPeerCommand(CommandContext context)
        : base(
            "peer", "Times the PyTorch tutorial's transfer learning and 'mlt train' on the same images, backbone, weights and threads.",
            context,
            "mlt bench peer",
            "mlt bench peer --mode features --epochs 5 --threads 2 --json",
            "mlt bench peer --peer-script tutorial.py --data flowers --backbone resnet18 --weights resnet18-f37072fd.pth") =>
        Accepts(_script, _python, _data, _weights, _backbone, _mode, _epochs, _threads);

    internal override string Remarks =>
        """
        Seconds are of whole processes, from start to exit. 'warm' is a second run that finds the features in its cache.

        JSON: [{ mode, backbone, epochs, threads, peer: RUN, ours: RUN, warm: RUN?, time_ratio, speed_ratio }]
              RUN: { seconds, accuracy, train_images_per_second }; ratios say how many times as fast ours is

        """;

    protected override async Task<int> RunAsync(ParseResult asked, CancellationToken cancel)
    {
        var request = PeerRequest.Of(
            asked.GetValue(_script), asked.GetValue(_python), asked.GetValue(_data), asked.GetValue(_weights),
            asked.GetValue(_backbone), asked.GetValue(_epochs), asked.GetValue(_threads));
        var chosen = asked.GetRequiredValue(_mode);
        string[] modes = chosen == Both ? [PeerRequest.Features, PeerRequest.FineTune] : [chosen];
        var comparisons = new List<PeerComparison>();
        foreach (var mode in modes)
            comparisons.Add(await PeerRun.CompareAsync(request, mode, Context.Error, cancel).ConfigureAwait(false));
        if (WantsJson(asked))
            Json.WriteTo(Context.Output, comparisons);
        else
            Screens.ForResults(Context).Write(PeerView.Table(comparisons));
        return ExitCode.Done;
    }
}
