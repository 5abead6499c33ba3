using System.Diagnostics;
using MLTransfer.Models;
using MLTransfer.Weights;

namespace MLTransfer.Cli.Bench;

/// <summary>Seconds from a weight file into a network: the medians of PyTorch's and ours, taken in turns.</summary>
internal readonly record struct LoadTiming(double TheirSeconds, double OurSeconds)
{
    /// <param name="model">The network to load into.</param>
    /// <param name="file">Weights that fit it.</param>
    /// <param name="backbone">The network's name.</param>
    /// <param name="rounds">How often each loads.</param>
    /// <param name="peer">Loads the same file once and says in how many seconds.</param>
    internal static async Task<LoadTiming> InTurnsAsync(ImageModel model, string file, string backbone, int rounds, Func<Task<double>> peer)
    {
        var (theirs, ours) = (new double[rounds], new double[rounds]);
        for (var round = 0; round < rounds; round++)
        {
            theirs[round] = await peer().ConfigureAwait(false);
            var start = Stopwatch.GetTimestamp();
            StateDict.LoadFile(model, file, backbone);
            ours[round] = Stopwatch.GetElapsedTime(start).TotalSeconds;
        }
        return new(Median.Of(theirs), Median.Of(ours));
    }
}
