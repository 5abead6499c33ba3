using MLTransfer.Cli.Bench;
using MLTransfer.Cli.CommandLine;
using MLTransfer.Cli.Screen;
using MLTransfer.Cli.Tests.Screen;

namespace MLTransfer.Cli.Tests.Bench;

public class PeerViewTests
{
    private static readonly PeerComparison[] Comparisons =
    [
        new("features", "mobilenet_v1_b12", 10, 2, new(100, 0.9281, 50), new(12.5, 0.9346, 400), new(2, 0.9346, 2500)),
        new("finetune", "mobilenet_v1_b12", 10, 2, new(200, 0.9412, 12), new(160, 0.9477, 18), null),
    ];

    [Fact]
    public void Both_are_shown_with_how_many_times_as_fast_ours_is() =>
        Expected.Is("view-bench-peer.txt", Shown.By(context => Screens.ForResults(context).Write(PeerView.Table(Comparisons))));

    [Fact]
    public void The_json_document_has_the_promised_fields() =>
        Expected.Is("json-bench-peer.txt", Shown.By(context => Json.WriteTo(context.Output, Comparisons)));

    [Fact]
    public async Task A_missing_script_is_said()
    {
        var outcome = await Mlt.RunAsync("bench", "peer", "--peer-script", "/nowhere/tutorial.py");
        Assert.Equal(ExitCode.Usage, outcome.Code);
        Assert.StartsWith("mlt bench peer: --peer-script is '/nowhere/tutorial.py', but there is no such file.", outcome.Words,
            StringComparison.Ordinal);
    }
}
