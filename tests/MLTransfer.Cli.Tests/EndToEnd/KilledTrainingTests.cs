using System.IO.Compression;
using System.Security.Cryptography;
using MLTransfer.Cli.CommandLine;
using MLTransfer.Tests.Reference;

namespace MLTransfer.Cli.Tests.EndToEnd;

public sealed class KilledTrainingTests : IDisposable
{
    private const int Kills = 50;

    private readonly TemporaryFolder _folder = new();

    public KilledTrainingTests() => SmallImages.Draw(_folder.PathOf("data"), perClass: 20, seed: 1);

    public void Dispose() => _folder.Dispose();

    [Fact, Trait("Category", "Long")]
    public async Task Trainings_that_are_killed_at_fifty_random_moments_end_in_the_same_model()
    {
        var whole = await Mlt.RunAsync(Arguments("whole.zip"));
        whole.AssertSuccess();
        string[] expected = Contents("whole.zip");
        var random = new Random(1);
        int killed = 0, ended = 0;
        while (killed < Kills || ended == 0)
        {
            // From before the first epoch to the end: starting alone takes about a second.
            TimeSpan moment = killed < Kills ? TimeSpan.FromSeconds(0.2 + 4 * random.NextDouble()) : TimeSpan.FromMinutes(1);
            string checkpoint = _folder.PathOf($"checkpoint{ended}");
            using var mlt = new MltProcess("never said", [.. Arguments("killed.zip"), "--checkpoint", checkpoint]);
            Task<int> end = mlt.EndAsync();
            if (await Task.WhenAny(end, Task.Delay(moment)) != end)
            {
                mlt.Kill();
                await end;
                killed++;
                continue;
            }

            Assert.Equal((ExitCode.Done, mlt.Error), (await end, mlt.Error));
            Assert.Equal(expected, Contents("killed.zip"));
            ended++;
        }
    }

    // With a state in everything that can have one: an average of the weights, a plateau, gradients that are added up, early stopping, a
    // greedy soup.
    private string[] Arguments(string model) =>
    [
        "train", "--data", _folder.PathOf("data"), "--mode", "finetune", "--backbone", "cifar_resnet20", "--weights", "none", "--epochs",
        "30", "--batch-size", "4", "--ema", "0.9", "--schedule", "plateau:2:0.5", "--accumulate", "3", "--patience", "20", "--soup", "3",
        "--out", _folder.PathOf(model),
    ];

    private string[] Contents(string model)
    {
        using ZipArchive zip = ZipFile.OpenRead(_folder.PathOf(model));
        return [.. zip.Entries.Select(entry => $"{entry.FullName} {Hash(entry)}").Order(StringComparer.Ordinal)];

        static string Hash(ZipArchiveEntry entry)
        {
            using Stream content = entry.Open();
            return Convert.ToHexStringLower(SHA256.HashData(content));
        }
    }
}
