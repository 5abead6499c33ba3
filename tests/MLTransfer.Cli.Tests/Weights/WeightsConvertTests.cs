using MLTransfer.Cli.CommandLine;
using MLTransfer.Tests.Reference;
using MLTransfer.Weights;

namespace MLTransfer.Cli.Tests.Weights;

public sealed class WeightsConvertTests : IDisposable
{
    private const string ResNet20 = "weights/cifar10-resnet20-12fca82f.th";
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [NeedsSharedFact(ResNet20)]
    public async Task A_legacy_file_becomes_safetensors_with_the_same_numbers()
    {
        string input = SharedFolder.PathOf(ResNet20), output = _folder.PathOf("resnet20.safetensors");

        var outcome = await Mlt.RunAsync("weights", "convert", input, output);

        outcome.AssertSuccess();
        Assert.Equal($"{output}: 97 tensors, 1.0 MiB{Environment.NewLine}", outcome.Output);
        IReadOnlyDictionary<string, StoredTensor> before = WeightsFile.Read(input), after = WeightsFile.Read(output);
        Assert.Equal(before.Keys, after.Keys);
        Assert.All(before, item => Assert.True(item.Value.Bytes.Span.SequenceEqual(after[item.Key].Bytes.Span)));
    }

    [NeedsSharedFact(ResNet20)]
    public async Task In_half_precision_it_is_half_as_large_and_still_recognized()
    {
        var output = _folder.PathOf("half.safetensors");

        var outcome = await Mlt.RunAsync("weights", "convert", SharedFolder.PathOf(ResNet20), output, "--dtype", "float16", "--json");

        var json = outcome.Json;
        Assert.Equal("""{"float16":97}""", json.GetProperty("types").GetRawText());
        Assert.Equal("cifar_resnet20", json.GetProperty("backbone").GetString());
        Assert.InRange(json.GetProperty("bytes").GetInt64(), 540_000, 560_000);
    }

    [Fact]
    public async Task What_exists_is_only_replaced_when_asked_and_another_ending_is_refused()
    {
        var input = _folder.PathOf("input.safetensors");
        SafetensorsFile.Write(input, [new("weight", TensorType.Float32, [2], new byte[8])]);
        var output = _folder.Write("output.safetensors", "old"u8);

        var refused = await Mlt.RunAsync("weights", "convert", input, output);
        var otherEnding = await Mlt.RunAsync("weights", "convert", input, _folder.PathOf("output.pth"));
        Assert.Equal("old", await File.ReadAllTextAsync(output));
        var forced = await Mlt.RunAsync("weights", "convert", input, output, "--force");

        Assert.Equal((ExitCode.Usage, ExitCode.Usage, ExitCode.Done), (refused.Code, otherEnding.Code, forced.Code));
        Assert.Contains("which exists; use --force to replace it", refused.Error, StringComparison.Ordinal);
        Assert.Contains("it must end in .safetensors", otherEnding.Error, StringComparison.Ordinal);
        Assert.Equal(["weight"], WeightsFile.Read(output).Keys);
    }

    [Fact]
    public async Task Input_that_holds_no_weights_leaves_nothing_behind()
    {
        var outcome = await Mlt.RunAsync(
            "weights", "convert", _folder.Write("text.pth", "Just some text."u8), _folder.PathOf("out.safetensors"));

        Assert.Equal(ExitCode.Failed, outcome.Code);
        Assert.Equal([_folder.PathOf("text.pth")], Directory.GetFiles(_folder.Path));
    }
}
