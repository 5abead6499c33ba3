using MLTransfer.Data;
using MLTransfer.Imaging;

namespace MLTransfer.Benchmarks.Compare;

/// <summary>Files to normalized batches, by torchvision and by us.</summary>
internal static class ImagesJob
{
    private const int Passes = 4;
    private const string Ours = "MLTransfer";

    internal static CompareJob Job { get; } = new(
        "images", "Images from files to batches",
        "Images are read, decoded, randomly cropped to 224 × 224, flipped and normalized: by torchvision's transforms on Pillow in the "
        + "worker processes of a `DataLoader`, as many as threads, and by MLTransfer, at full scale and with JPEG decoded at a reduced "
        + "scale where the crop allows it. Processor time is that of all threads and processes, which other programs hardly affect.",
        WarmsUp: true, _ => "", OpenAsync);

    private static async Task<OpenJob> OpenAsync(CompareSettings settings, CancellationToken cancel)
    {
        var ours = new OurLoader(
            [.. ImageFolder.List(settings.Training).Select(file => new FileImage(file.ImagePath))], settings.Threads);
        var peer = new TorchvisionLoader(settings.Python, settings.Training, settings.Threads);
        await peer.ReadyAsync(cancel).ConfigureAwait(false);
        var epoch = 0;
        return new(
            Ours,
            [
                new("torchvision DataLoader", async token => Figures(await peer.ReadAsync(Passes, token).ConfigureAwait(false))),
                Side(Ours, reduced: false),
                Side($"{Ours}, reduced scale", reduced: true),
            ],
            peer);

        CompareSide Side(string name, bool reduced) =>
            new(name, token => Task.FromResult(Figures(ours.Read(Passes * ours.Count, epoch++, reduced, token))));
    }

    private static Dictionary<string, double> Figures(LoaderPass pass) => new()
    {
        [FigureKind.ImagesPerSecond] = pass.Images / pass.Seconds,
        [FigureKind.ProcessorMilliseconds] = 1000 * pass.ProcessorSeconds / pass.Images,
    };
}
