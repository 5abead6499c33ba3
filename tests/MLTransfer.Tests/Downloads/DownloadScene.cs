using System.Security.Cryptography;
using MLTransfer.Downloads;
using MLTransfer.Tests.Reference;
using MLTransfer.Weights;

namespace MLTransfer.Tests.Downloads;

/// <summary>
/// What every test of downloads needs: a file to want, a store with an empty cache, and a clock on which pauses are short.
/// </summary>
public abstract class DownloadScene : IDisposable
{
    private protected static readonly byte[] Content =
        Enumerable.Range(0, 2_000_000).Select(index => (byte)(index * 7 + index / 251)).ToArray();
    private protected static readonly byte[] Other = [.. Content.Select(value => (byte)~value)];

    private protected TemporaryFolder Folder { get; } = new();

    private protected ImpatientClock Clock { get; } = new();

    private protected List<DownloadProgress> Told { get; } = [];

    public void Dispose()
    {
        Folder.Dispose();
        GC.SuppressFinalize(this);
    }

    private protected static string Hash { get; } = Convert.ToHexStringLower(SHA256.HashData(Content));

    private protected string Target => Folder.PathOf($"model-{Hash[..8]}.pth");

    private protected WeightStore Store(double stall = 60) =>
        new(new() { CacheFolder = Folder.Path, StallTimeout = TimeSpan.FromSeconds(stall), Clock = Clock });

    private protected static WeightsReference Wanted(TestServer server) =>
        WeightsReference.Parse($"{server.Address}some/model.pth#sha256={Hash}", "resnet18");

    private protected async Task SucceedAsync(TestServer server, double stall = 60)
    {
        LocalWeights weights = await Store(stall).GetAsync(Wanted(server), new Progress(Told.Add));
        Assert.Equal(Target, weights.Path);
        Assert.Equal(Content, File.ReadAllBytes(Target));
        Assert.False(File.Exists(Target + ".part"));
        Assert.False(File.Exists(Target + ".part.tag"));
    }

    private protected async Task FailAsync(TestServer server, string reason, double stall = 60)
    {
        var error = await Assert.ThrowsAsync<WeightsException>(() => Store(stall).GetAsync(Wanted(server), new Progress(Told.Add)));
        Assert.Contains(reason, error.Message, StringComparison.Ordinal);
        Assert.Contains($"The weights file '{(reason.StartsWith("cannot be written", StringComparison.Ordinal) ? Target : server.Address)}",
            error.Message, StringComparison.Ordinal);
        Assert.False(File.Exists(Target));
    }

    private protected sealed class Progress(Action<DownloadProgress> report) : IProgress<DownloadProgress>
    {
        public void Report(DownloadProgress value)
        {
            lock (report)
                report(value);
        }
    }
}

/// <summary>A clock on which pauses of a second and more pass at once, and are remembered; what is shorter takes its time.</summary>
internal sealed class ImpatientClock : TimeProvider
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);
    private readonly List<double> _pauses = [];

    /// <summary>The pauses that passed, in seconds.</summary>
    public IReadOnlyList<double> Pauses
    {
        get
        {
            lock (_pauses)
                return [.. _pauses];
        }
    }

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        if (dueTime < Pause)
            return base.CreateTimer(callback, state, dueTime, period);
        lock (_pauses)
            _pauses.Add(dueTime.TotalSeconds);
        return base.CreateTimer(callback, state, TimeSpan.Zero, period);
    }
}
