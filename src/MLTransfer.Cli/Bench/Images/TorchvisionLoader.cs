using System.Globalization;

namespace MLTransfer.Cli.Bench.Images;

/// <summary>The other side: torchvision's transforms on Pillow's images in the worker processes of a DataLoader.</summary>
internal sealed class TorchvisionLoader : IDisposable
{
    // For each line, reads the folder that often and answers with images, seconds and processor seconds. Starting the workers is not timed.
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

    internal TorchvisionLoader(string python, string folder, int workers) => _peer = new(python, Script, folder, $"{workers}");

    internal Task ReadyAsync(CancellationToken cancel) => _peer.AnswerAsync(cancel);

    internal async Task<LoaderPass> ReadAsync(int passes, CancellationToken cancel)
    {
        var answer = await _peer.AskAsync($"{passes}", cancel).ConfigureAwait(false);
        double[] numbers = [.. answer.Split(' ').Select(word => double.Parse(word, CultureInfo.InvariantCulture))];
        return new((long)numbers[0], numbers[1], numbers[2], AllocatedBytes: 0, Collections: []);
    }

    public void Dispose() => _peer.Dispose();
}
