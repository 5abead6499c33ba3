using MLTransfer.Cli.CommandLine;
using MLTransfer.Tests.Downloads;
using MLTransfer.Tests.Reference;

namespace MLTransfer.Cli.Tests.EndToEnd;

public sealed class PublishedWeightsTests : IDisposable
{
    private const string Shared = "weights/cifar10-resnet20-12fca82f.th";
    private const string Published = "resnet20-12fca82f.th";

    private readonly TemporaryFolder _folder = new();

    public PublishedWeightsTests() => SmallImages.Draw(_folder.PathOf("images"), perClass: 4, seed: 1);

    public void Dispose() => _folder.Dispose();

    [NeedsSharedFact(Shared)]
    public async Task Without_a_word_about_weights_training_downloads_the_published_ones()
    {
        using var mirror = new TestServer(Answers.Honest(File.ReadAllBytes(SharedFolder.PathOf(Shared))));
        var outcome = await TrainAsync("--mirror", mirror.Address.ToString());
        outcome.AssertSuccess();
        Assert.Contains($"downloading {Published} (1.0 MiB) …\nweights: cifar_resnet20/CIFAR10_V1 (license BSD-2-Clause), "
            + $"{_folder.PathOf("cache/weights/" + Published)}\n", outcome.Error, StringComparison.Ordinal);
        Assert.Equal($"/akamaster/pytorch_resnet_cifar10/raw/master/pretrained_models/{Published}", Assert.Single(mirror.Requests).Path);
    }

    [NeedsSharedFact(Shared)]
    public async Task Weights_in_a_folder_that_is_named_need_no_network()
    {
        Directory.CreateDirectory(_folder.PathOf("weights"));
        File.Copy(SharedFolder.PathOf(Shared), _folder.PathOf("weights/" + Published));
        var outcome = await TrainAsync("--offline", "--weights-dir", _folder.PathOf("weights"));
        outcome.AssertSuccess();
    }

    [Fact]
    public async Task Without_a_network_the_error_says_what_to_do()
    {
        var outcome = await TrainAsync("--offline");
        Assert.Equal(ExitCode.Failed, outcome.Code);
        Assert.Contains($"'{Published}' is not on this machine (looked in {_folder.PathOf("cache/weights")}", outcome.Error,
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_backbone_without_published_weights_asks_for_some()
    {
        var outcome = await Mlt.RunAsync(
            "train", "--data", _folder.PathOf("images"), "--mode", "features", "--backbone", "mobilenet_v1_b12", "--out",
            _folder.PathOf("model.zip"));
        Assert.Equal(ExitCode.Usage, outcome.Code);
        Assert.StartsWith("mlt train: --weights: No weights are published for mobilenet_v1_b12. Name a FILE or an address, or 'none'",
            outcome.Error, StringComparison.Ordinal);
    }

    private Task<Outcome> TrainAsync(params string[] more) => Mlt.RunInAsync(
        _folder.PathOf("cache"),
        [
            "train", "--data", _folder.PathOf("images"), "--mode", "features", "--backbone", "cifar_resnet20", "--epochs", "1", "--cache",
            "none",
            "--out", _folder.PathOf("model.zip"), .. more,
        ]);
}
