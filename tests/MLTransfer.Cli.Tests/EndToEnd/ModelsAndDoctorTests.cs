using MLTransfer.Cli.CommandLine;
using MLTransfer.Cli.Doctor;
using MLTransfer.Cli.Screen;
using MLTransfer.Models;
using MLTransfer.Native;

namespace MLTransfer.Cli.Tests.EndToEnd;

public class ModelsAndDoctorTests
{
    [Fact]
    public void A_CUDA_device_is_described_as_the_driver_does()
    {
        Assert.Equal("2 devices, of which NVIDIA A100 is used: compute capability 8.0, with bf16",
            DoctorView.Found(CudaDiagnosis.Of(2, new CudaDevice("NVIDIA A100", 8, 0))));
        Assert.Equal("1 device, of which Tesla T4 is used: compute capability 7.5, without bf16",
            DoctorView.Found(CudaDiagnosis.Of(1, new CudaDevice("Tesla T4", 7, 5))));
        Assert.Equal("1 device", DoctorView.Found(CudaDiagnosis.Of(1, first: null)));
        Assert.Equal("no device: there is none", DoctorView.Found(new CudaDiagnosis(0, "there is none")));
    }

    [Fact]
    public async Task Every_backbone_is_listed()
    {
        var outcome = await Mlt.RunAsync("models");
        Assert.Equal(ExitCode.Done, outcome.Code);
        var lines = outcome.Output.Split('\n');
        Assert.All(ModelZoo.All, backbone => Assert.Single(lines, line =>
            line.Contains($"  {backbone.Name} ", StringComparison.Ordinal)
                && line.Contains(Figures.Count(backbone.Parameters), StringComparison.Ordinal)));
        var resnet50 = Assert.Single(lines, line => line.StartsWith("  resnet50 ", StringComparison.Ordinal));
        Assert.Equal(["resnet50", "25,557,032", "4.09", "224 px", "2,048"],
            resnet50.Split("  ", StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)[..5]);
    }

    [Fact]
    public async Task A_backbone_is_described_layer_by_layer()
    {
        var outcome = await Mlt.RunAsync("models", "cifar_resnet20", "--train-from", "layer3");
        outcome.AssertSuccess();
        Expected.Is("models-cifar-resnet20.txt", outcome.Output);
    }

    [Fact]
    public async Task The_layers_hold_all_parameters_and_the_last_is_the_head()
    {
        var outcome = await Mlt.RunAsync("models", "resnet18", "--train-from", "none", "--json");
        var json = outcome.Json;
        var layers = json.GetProperty("layers").EnumerateArray().ToArray();
        Assert.Equal(json.GetProperty("parameters").GetInt64(), layers.Sum(layer => layer.GetProperty("parameters").GetInt64()));
        Assert.Equal([1, 3, 224, 224], json.GetProperty("input").EnumerateArray().Select(size => size.GetInt32()));
        Assert.Equal([1, 1000], layers[^1].GetProperty("output").EnumerateArray().Select(size => size.GetInt32()));
        Assert.All(layers[..^1], layer => Assert.True(layer.GetProperty("frozen").GetBoolean()));
        Assert.False(layers[^1].GetProperty("frozen").GetBoolean());
        Assert.Equal(layers[^1].GetProperty("parameters").GetInt64(), json.GetProperty("trained_parameters").GetInt64());
        Assert.All(layers, layer => Assert.Equal(
            layer.GetProperty("parameters").GetInt64(),
            layer.GetProperty("modules").EnumerateArray().Sum(module => module.GetProperty("parameters").GetInt64())));
    }

    [Theory]
    [InlineData("resnt18", "Did you mean 'resnet18'?")]
    [InlineData("resnet18 --train-from layer44", "Did you mean 'layer4'?")]
    public async Task What_does_not_exist_is_answered_with_the_nearest(string asked, string answer)
    {
        var outcome = await Mlt.RunAsync(["models", .. asked.Split(' ')]);
        Assert.Equal(ExitCode.Usage, outcome.Code);
        Assert.Contains(answer, outcome.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("(Parameter", outcome.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_doctor_finds_libtorch_at_work_and_says_why_there_is_no_CUDA_device()
    {
        var outcome = await Mlt.RunAsync("doctor", "--json");
        outcome.AssertSuccess();
        var json = outcome.Json;
        Assert.Matches(@"^\d+\.\d+\.\d+$", json.GetProperty("packages").GetProperty("torchsharp").GetString());
        Assert.True(json.GetProperty("libtorch").GetProperty("works").GetBoolean());
        Assert.Equal(Allocator.KeepsFreedMemory, json.GetProperty("libtorch").GetProperty("keeps_freed_memory").GetBoolean());
        Assert.Matches(@"^\d+\.\d+", json.GetProperty("libtorch").GetProperty("version").GetString());
        var cuda = json.GetProperty("cuda");
        Assert.True(cuda.GetProperty("devices").GetInt32() > 0 ^ cuda.TryGetProperty("reason", out _));
    }

    [Fact]
    public async Task The_doctor_tells_everything_in_words_too()
    {
        var outcome = await Mlt.RunAsync("doctor");
        Assert.All((string[])["packages", "libtorch", "processor", "CUDA", "cache: features", "cache: datasets", "cache: downloads"],
            name => Assert.Contains(name, outcome.Output, StringComparison.Ordinal));
    }
}
