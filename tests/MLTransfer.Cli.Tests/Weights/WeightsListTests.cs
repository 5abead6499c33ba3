using MLTransfer.Cli.CommandLine;
using MLTransfer.Tests.Reference;
using MLTransfer.Weights;

namespace MLTransfer.Cli.Tests.Weights;

public sealed class WeightsListTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task The_weights_of_a_backbone_are_listed_with_what_they_can_do()
    {
        var outcome = await Mlt.RunInAsync(_folder.Path, "weights", "list", "--backbone", "vit_b_16");
        Assert.Equal(ExitCode.Done, outcome.Code);
        Expected.Is("weights-list-vit-b-16.txt", outcome.Output);
    }

    [Fact]
    public async Task Weights_on_this_machine_are_listed_with_their_place()
    {
        var path = _folder.Write("vit_b_16-c867db91.pth", [1]);
        string[] list = ["weights", "list", "--backbone", "vit_b_16", "--weights-dir", _folder.Path];
        Assert.Contains(path, (await Mlt.RunAsync(list)).Output, StringComparison.Ordinal);
        Assert.Equal(path, (await Mlt.RunAsync([.. list, "--json"])).Json[0].GetProperty("path")
            .GetString());
    }

    [Fact]
    public async Task All_are_listed_as_json()
    {
        var listed = (await Mlt.RunAsync("weights", "list", "--json")).Json.EnumerateArray().ToArray();
        Assert.Equal(WeightsCatalog.All.Select(weights => weights.Name), listed.Select(weights => weights.GetProperty("name").GetString()));
        var one = listed.Single(weights => weights.GetProperty("name").GetString() == "efficientnet_b0/IMAGENET1K_V1");
        Assert.Equal("bicubic", one.GetProperty("preprocessing").GetProperty("interpolation").GetString());
        Assert.Equal(0.485, one.GetProperty("preprocessing").GetProperty("mean")[0].GetDouble(), 1e-7);
        Assert.Equal(0.77692, one.GetProperty("top1").GetDouble());
        Assert.False(one.TryGetProperty("path", out _));
    }

    [Fact]
    public async Task Of_a_backbone_without_published_weights_that_is_said()
    {
        var outcome = await Mlt.RunAsync("weights", "list", "--backbone", "mobilenet_v1_b12");
        Assert.Equal(ExitCode.Done, outcome.Code);
        Assert.StartsWith("MLTransfer knows no published weights", outcome.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_backbone_that_is_none_is_answered_with_the_nearest()
    {
        var outcome = await Mlt.RunAsync("weights", "list", "--backbone", "resnt50");
        Assert.Equal(ExitCode.Usage, outcome.Code);
        Assert.StartsWith("mlt weights list: --backbone: There is no backbone 'resnt50'. Did you mean 'resnet50'?", outcome.Error,
            StringComparison.Ordinal);
    }
}
