using MLTransfer.Cli.Bench.Backbones;
using MLTransfer.Cli.Screen;
using MLTransfer.Cli.Tests.Screen;

namespace MLTransfer.Cli.Tests.Bench;

public class BackbonesPageTests
{
    private static readonly BackboneReport Report = new("1.13.1", "0.14.1", 2, 3,
    [
        new("cifar_resnet20", 269_722, null, null, null, null, null),
        new("resnet18", 11_689_512, 224, 3.14e-7, 0.0000421, 0.0513, 0.0171),
    ]);

    [Fact]
    public void Differences_and_times_are_a_table() => Expected.Is("bench-backbones.md", BackbonesPage.Of(Report));

    [Fact]
    public void The_json_document_has_the_promised_fields() =>
        Expected.Is("json-bench-backbones.txt", Shown.By(context => Json.WriteTo(context.Output, Report)));
}
