using System.Diagnostics;
using System.Globalization;
using MLTransfer.Imaging;
using MLTransfer.Imaging.Transforms;
using TorchSharp;

namespace MLTransfer.Benchmarks.Compare;

/// <summary>Our side: decodes and crops image files into normalized tensors.</summary>
internal sealed class OurLoader(IReadOnlyList<FileImage> images, int threads)
{
    private static readonly IReadOnlyList<ImageTransform> Recipe = [new RandomResizedCrop(224), new RandomHorizontalFlip()];

    private readonly BatchLoader _whole = new(images, Recipe, threads: threads);
    private readonly BatchLoader _reduced = new(images, Recipe, threads: threads, decoding: new DecodingOptions { ReducedScale = true });

    internal int Threads => threads;

    internal int Count => images.Count;

    /// <summary>Reads <paramref name="count"/> images, cycling through the files.</summary>
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

/// <summary>The measurements of one pass.</summary>
/// <param name="Images">Number of images read.</param>
/// <param name="Seconds">By the clock.</param>
/// <param name="ProcessorSeconds">Of all threads and processes.</param>
/// <param name="AllocatedBytes">Managed bytes allocated.</param>
/// <param name="Collections">Garbage collections, by generation.</param>
internal sealed record LoaderPass(
    long Images, double Seconds, double ProcessorSeconds, long AllocatedBytes, IReadOnlyList<int> Collections);

/// <summary>The peer: torchvision's transforms on Pillow images in the worker processes of a DataLoader.</summary>
internal sealed class TorchvisionLoader : IDisposable
{
    // For each line, a number of passes: reads the folder and answers with images, seconds and processor seconds, workers started before.
    private const string Script = """
        import resource, sys, time
        from torch.utils.data import ConcatDataset, DataLoader
        from torchvision import datasets, transforms
        recipe = transforms.Compose([
            transforms.RandomResizedCrop(224), transforms.RandomHorizontalFlip(), transforms.ToTensor(),
            transforms.Normalize([0.485, 0.456, 0.406], [0.229, 0.224, 0.225])])
        folder = datasets.ImageFolder(sys.argv[1], recipe)
        def processor():
            usages = resource.getrusage(resource.RUSAGE_SELF), resource.getrusage(resource.RUSAGE_CHILDREN)
            return sum(usage.ru_utime + usage.ru_stime for usage in usages)
        def read(passes):
            before, seen = processor(), 0
            batches = iter(DataLoader(ConcatDataset([folder] * passes), batch_size=32, shuffle=True, num_workers=int(sys.argv[2])))
            start = time.perf_counter()
            for images, labels in batches:
                seen += len(labels)
            seconds = time.perf_counter() - start
            del batches
            return seen, seconds, processor() - before
        print('ready', flush=True)
        for line in sys.stdin:
            print(*read(int(line)), flush=True)
        """;

    private readonly PythonPeer _peer;

    internal TorchvisionLoader(string python, string folder, int workers) =>
        _peer = new(python, Script, MallocSettings.Default, folder, $"{workers}");

    internal Task ReadyAsync(CancellationToken cancel) => _peer.AnswerAsync(cancel);

    internal async Task<LoaderPass> ReadAsync(int passes, CancellationToken cancel)
    {
        var answer = await _peer.AskAsync($"{passes}", cancel).ConfigureAwait(false);
        double[] numbers = [.. answer.Split(' ').Select(word => double.Parse(word, CultureInfo.InvariantCulture))];
        return new((long)numbers[0], numbers[1], numbers[2], AllocatedBytes: 0, Collections: []);
    }

    public void Dispose() => _peer.Dispose();
}
