using System.CommandLine;
using MLTransfer.Benchmarks.Compare;
using MLTransfer.Cli.CommandLine;
using MLTransfer.Cli.Screen;
using MLTransfer.Data;
using MLTransfer.Imaging;

namespace MLTransfer.Benchmarks;

/// <summary>A long run of our loader, to see its memory.</summary>
internal sealed class EndureCommand : MltCommand
{
    private const int DefaultImages = 100_000, Parts = 10;
    private const string DefaultData = "../shared/data/hymenoptera/train";

    private readonly Option<string?> _data =
        CliOption.Text("--data", "DIR", $"A folder with one folder of images per class. [default: {DefaultData}]");
    private readonly Option<int?> _images = CliOption.Integer(
        "--images", $"Images to read; the folder is read repeatedly. [default: {DefaultImages}]", Parts, int.MaxValue);
    private readonly Option<int?> _threads = CliOption.Integer("--threads", "Threads that read. [default: one per logical core]", 1, 1024);

    internal EndureCommand(CommandContext context)
        : base(
            "endure", "Reads images from files to batches for long, and shows the memory after every tenth of them.", context,
            $"{BenchmarkTree.Run} endure", $"{BenchmarkTree.Run} endure --images 10000 --data flowers/train --json") =>
        Accepts(_data, _images, _threads);

    internal override string Remarks =>
        """
        Images are decoded, cropped at random to 224 x 224, flipped at random and normalized.

        JSON: { data, threads, images_per_second, allocated_bytes, collections, memory: [{ images, resident_bytes }] }; bytes allocated
              are those of an image, collections by generation

        """;

    protected override Task<int> RunAsync(ParseResult parseResult, CancellationToken cancel)
    {
        var data = Paths.ExistingFolder("--data", parseResult.GetValue(_data) ?? DefaultData);
        var loader = new OurLoader([.. ImageFolder.List(data).Select(file => new FileImage(file.ImagePath))],
            parseResult.GetValue(_threads) ?? Threads.Default);
        var report = Run(data, loader, parseResult.GetValue(_images) ?? DefaultImages, cancel);
        Render(parseResult, report, () => report.Show(Context));
        return Task.FromResult(ExitCode.Done);
    }

    private EnduranceReport Run(string data, OurLoader loader, int images, CancellationToken cancel)
    {
        var passes = new List<LoaderPass>();
        var memory = new List<MemoryMark>();
        for (var part = 0; part < Parts; part++)
        {
            passes.Add(loader.Read(images / Parts, epoch: part, reduced: false, cancel));
            memory.Add(new(passes.Sum(pass => pass.Images), Environment.WorkingSet));
            Context.Words.WriteLine($"{memory[^1].Images} images …");
        }
        double read = passes.Sum(pass => pass.Images);
        return new(
            data, loader.Threads, read / passes.Sum(pass => pass.Seconds), passes.Sum(pass => pass.AllocatedBytes) / read,
            [.. Enumerable.Range(0, GC.MaxGeneration + 1).Select(generation => passes.Sum(pass => pass.Collections[generation]))], memory);
    }

    /// <param name="Data">The folder.</param>
    /// <param name="Threads">Threads that read.</param>
    /// <param name="ImagesPerSecond">By the clock.</param>
    /// <param name="AllocatedBytes">Managed bytes allocated per image.</param>
    /// <param name="Collections">Garbage collections, by generation.</param>
    /// <param name="Memory">The memory of the process over the run.</param>
    private sealed record EnduranceReport(
        string Data, int Threads, double ImagesPerSecond, double AllocatedBytes, IReadOnlyList<int> Collections,
        IReadOnlyList<MemoryMark> Memory)
    {
        internal void Show(CommandContext context)
        {
            var table = TextTable.Create("images", "resident memory");
            foreach (var mark in Memory)
                table.Row(Figures.Count(mark.Images), Figures.Bytes(mark.ResidentBytes));
            Screens.ForResults(context).Write(table);
            context.Output.WriteLine(
                $"{Figures.Speed(ImagesPerSecond)} on {Figures.Counted(Threads, "thread", "threads")}, " +
                $"{Figures.Bytes((long)AllocatedBytes)} allocated an image, collections {string.Join(" + ", Collections)}.");
        }
    }

    /// <summary>The memory of the process after a number of images.</summary>
    private sealed record MemoryMark(long Images, long ResidentBytes);
}
