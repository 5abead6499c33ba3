using System.Diagnostics;
using MLTransfer.Imaging;
using MLTransfer.Imaging.Transforms;
using TorchSharp;

namespace MLTransfer.Cli.Bench.Images;

/// <summary>Our side: images from files to normalized tensors.</summary>
internal sealed class OurLoader(IReadOnlyList<FileImage> images, int threads)
{
    private static readonly IReadOnlyList<ImageTransform> Recipe = [new RandomResizedCrop(224), new HorizontalFlip()];

    private readonly BatchLoader _whole = new(images, Recipe, threads: threads);
    private readonly BatchLoader _reduced = new(images, Recipe, threads: threads, decoding: new DecodingOptions { ReducedScale = true });

    internal int Threads => threads;

    internal int Count => images.Count;

    /// <summary>Reads so many images, from the first on and again and again.</summary>
    internal LoaderPass Read(int count, int epoch, bool reduced, CancellationToken cancel)
    {
        int[] order = [.. Enumerable.Range(0, count).Select(position => position % images.Count)];
        int[] before = Collections();
        long allocated = GC.GetTotalAllocatedBytes(precise: true), start = Stopwatch.GetTimestamp(), read = 0;
        var processor = Environment.CpuUsage.TotalTime;
        foreach (var batch in (reduced ? _reduced : _whole).Load(order, epoch, cancel))
        {
            using var images = ImageTensor.From(batch, Preprocessing.ImageNet, torch.CPU);
            read += batch.Count;
        }
        return new(
            read, Stopwatch.GetElapsedTime(start).TotalSeconds, (Environment.CpuUsage.TotalTime - processor).TotalSeconds,
            GC.GetTotalAllocatedBytes(precise: true) - allocated, [.. Collections().Zip(before, (after, earlier) => after - earlier)]);
    }

    private static int[] Collections() => [.. Enumerable.Range(0, GC.MaxGeneration + 1).Select(GC.CollectionCount)];
}

/// <summary>What one reading came to.</summary>
/// <param name="Images">Images that could be read.</param>
/// <param name="Seconds">By the clock.</param>
/// <param name="ProcessorSeconds">Of all threads and processes.</param>
/// <param name="AllocatedBytes">That the garbage collector has to look after.</param>
/// <param name="Collections">Its runs, by generation.</param>
internal sealed record LoaderPass(
    long Images, double Seconds, double ProcessorSeconds, long AllocatedBytes, IReadOnlyList<int> Collections);
