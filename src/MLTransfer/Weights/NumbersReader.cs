using System.Collections.Concurrent;
using System.Runtime.ExceptionServices;
using static TorchSharp.torch;

namespace MLTransfer.Weights;

/// <summary>
/// Reads the numbers of a file into tensors, several at a time: one processor alone does not copy as fast as the file is there.
/// </summary>
internal static class NumbersReader
{
    private const int MostThreads = 8;

    /// <param name="content">The file.</param>
    /// <param name="wanted">Which of its tensors go where; shapes agree.</param>
    /// <exception cref="WeightsException">Numbers are damaged.</exception>
    public static void Read(IWeightsContent content, (int Index, Tensor Target)[] wanted)
    {
        // What is not there as it is wanted takes an array on its way, and one after the other. Inflating takes memory on every thread.
        var others = new ConcurrentBag<(int Index, Tensor Target)>();
        try
        {
            Parallel.ForEach(
                Partitioner.Create(wanted, loadBalance: true),
                new ParallelOptions { MaxDegreeOfParallelism = Math.Min(Environment.ProcessorCount, MostThreads) },
                place =>
                {
                    if (!TorchTensors.TryRead(content, place.Index, place.Target))
                        others.Add(place);
                });
        }
        catch (AggregateException failures)
        {
            ExceptionDispatchInfo.Throw(failures.InnerExceptions[0]);
        }
        foreach ((int index, Tensor target) in others.OrderBy(place => place.Index))
            TorchTensors.CopyTo(target, content.Read(index));
    }
}
