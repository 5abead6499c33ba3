using MLTransfer.Cli.CommandLine;
using MLTransfer.Tests.Reference;

namespace MLTransfer.Cli.Tests.Weights;

public sealed class WeightsInspectTests : IDisposable
{
    private const string ResNet20 = "weights/cifar10-resnet20-12fca82f.th";
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [NeedsSharedFact(ResNet20)]
    public async Task A_file_is_shown_with_its_format_tensors_and_backbone()
    {
        var outcome = await Mlt.RunAsync("weights", "inspect", SharedFolder.PathOf(ResNet20));

        outcome.AssertSuccess();
        Expected.Is("weights-inspect.txt", outcome.Output);
    }

    [NeedsSharedFact(ResNet20)]
    public async Task As_json_every_tensor_is_there()
    {
        var outcome = await Mlt.RunAsync("weights", "inspect", SharedFolder.PathOf(ResNet20), "--json");
        var json = outcome.Json;

        Assert.Equal(97, json.GetProperty("tensors").GetArrayLength());
        Assert.Equal("module.", json.GetProperty("dropped_prefix").GetString());
        Assert.Equal("cifar_resnet20", json.GetProperty("backbone").GetString());
        Assert.Equal(10, json.GetProperty("classes").GetInt32());
    }

    [Fact]
    public async Task A_file_that_does_not_exist_is_asked_wrongly_and_one_that_holds_no_weights_fails()
    {
        var missing = await Mlt.RunAsync("weights", "inspect", _folder.PathOf("missing.pth"));
        var text = await Mlt.RunAsync("weights", "inspect", _folder.Write("text.pth", "Just some text."u8), "--json");

        Assert.Equal(ExitCode.Usage, missing.Code);
        Assert.Contains("missing.pth", missing.Error, StringComparison.Ordinal);
        Assert.Equal(ExitCode.Failed, text.Code);
        Assert.Equal("", text.Output);
        Assert.Contains("is neither a .pth nor a .safetensors nor an .onnx file", text.Error, StringComparison.Ordinal);
    }
}
