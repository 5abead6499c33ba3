using System.Diagnostics;
using MLTransfer.Imaging;
using TorchSharp;

namespace MLTransfer.Cli.Bench.Pictures;

/// <summary>Our side: pictures from files to normalized tensors.</summary>
internal sealed class OurLoader(IReadOnlyList<FilePicture> pictures, int threads)
{
    private static readonly IReadOnlyList<PictureTransform> Recipe = [new RandomResizedCrop(224), new HorizontalFlip()];

    private readonly BatchLoader _whole = new(pictures, Recipe, threads: threads);
    private readonly BatchLoader _reduced = new(pictures, Recipe, threads: threads, decoding: new DecodingOptions { ReducedScale = true });

    internal int Threads => threads;

    internal int Count => pictures.Count;

    /// <summary>Reads so many pictures, from the first on and again and again.</summary>
    internal LoaderPass Read(int count, int epoch, bool reduced, CancellationToken cancel)
    {
        int[] order = [.. Enumerable.Range(0, count).Select(position => position % pictures.Count)];
        int[] before = Collections();
        long allocated = GC.GetTotalAllocatedBytes(precise: true), start = Stopwatch.GetTimestamp(), read = 0;
        var processor = Environment.CpuUsage.TotalTime;
        foreach (var batch in (reduced ? _reduced : _whole).Load(order, epoch, cancel))
        {
            using var images = PictureTensor.From(batch, Preprocessing.ImageNet, torch.CPU);
            read += batch.Count;
        }
        return new(
            read, Stopwatch.GetElapsedTime(start).TotalSeconds, (Environment.CpuUsage.TotalTime - processor).TotalSeconds,
            GC.GetTotalAllocatedBytes(precise: true) - allocated, [.. Collections().Zip(before, (after, earlier) => after - earlier)]);
    }

    private static int[] Collections() => [.. Enumerable.Range(0, GC.MaxGeneration + 1).Select(GC.CollectionCount)];
}

/// <summary>What one reading came to.</summary>
/// <param name="Pictures">Pictures that could be read.</param>
/// <param name="Seconds">By the clock.</param>
/// <param name="ProcessorSeconds">Of all threads and processes.</param>
/// <param name="AllocatedBytes">That the garbage collector has to look after.</param>
/// <param name="Collections">Its runs, by generation.</param>
internal sealed record LoaderPass(long Pictures, double Seconds, double ProcessorSeconds, long AllocatedBytes, IReadOnlyList<int> Collections);
