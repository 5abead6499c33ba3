using System.CommandLine;
using MLTransfer.Cli.CommandLine;
using MLTransfer.Cli.Screen;
using MLTransfer.Data;
using MLTransfer.Imaging;

namespace MLTransfer.Benchmarks;

/// <summary>Files to normalized batches, by torchvision and by us, in turns.</summary>
internal sealed class ImagesCommand : MltCommand
{
    private const int DefaultRounds = 5;
    private const int DefaultPasses = 4;
    private const string DefaultData = "../shared/data/hymenoptera/train";

    private readonly Option<string?> _data =
        CliOption.Text("--data", "DIR", $"A folder with one folder of images per class. [default: {DefaultData}]");
    private readonly Option<int?> _passes =
        CliOption.Integer("--passes", $"How often the folder is read in a round. [default: {DefaultPasses}]", 1, 10_000);
    private readonly Option<int?> _rounds =
        CliOption.Integer("--rounds", $"How often each is measured. [default: {DefaultRounds}]", 1, 1000);
    private readonly Option<int?> _threads = CliOption.Integer(
        "--threads", "Threads of ours, worker processes of torchvision's. [default: one per logical core]", 1, 1024);
    private readonly Option<int?> _endure = CliOption.Integer(
        "--endure", "Run only ours, for N images, reading the folder repeatedly; shows the memory after every tenth of them.", 10,
        int.MaxValue);
    private readonly Option<string?> _python = PythonPeer.Option();

    internal ImagesCommand(CommandContext context)
        : base(
            "images", "Times images from files to batches: torchvision's usual recipe in a DataLoader, and ours, in turns.", context,
            $"{BenchmarkTree.Run} images",
            $"{BenchmarkTree.Run} images --data flowers/train --threads 4 --json",
            $"{BenchmarkTree.Run} images --endure 100000") =>
        Accepts(_data, _passes, _rounds, _threads, _endure, _python);

    internal override string Remarks =>
        """
        Both read, decode, crop at random to 224 x 224, flip at random and normalize. The first pass of either, which brings the files into
        memory, is not timed. Processor time is that of all threads and processes.

        JSON: { data, images, threads, rounds, peer: FIGURES, ours: FIGURES, reduced: FIGURES }; reduced decodes JPEG at a smaller scale
              FIGURES: { images_per_second_per_core, processor_milliseconds, ratio, processor_ratio, allocated_bytes, collections }: the
              milliseconds and bytes are of an image; ratios say how many times as fast as the peer, by the clock and by processor time
              with --endure: { data, threads, images_per_second, allocated_bytes, collections, memory: [{ images, resident_bytes }] }

        """;

    protected override async Task<int> RunAsync(ParseResult parseResult, CancellationToken cancel)
    {
        var data = Paths.ExistingFolder("--data", parseResult.GetValue(_data) ?? DefaultData);
        var ours = new OurLoader([.. ImageFolder.List(data).Select(file => new FileImage(file.ImagePath))],
            parseResult.GetValue(_threads) ?? Threads.Default);
        if (parseResult.GetValue(_endure) is { } endure)
        {
            var report = Endurance.Run(data, ours, endure, Context.Error, cancel);
            Render(parseResult, report, () => report.Show(Context));
        }
        else
        {
            var (passes, rounds) = (parseResult.GetValue(_passes) ?? DefaultPasses, parseResult.GetValue(_rounds) ?? DefaultRounds);
            var python = PythonPeer.Find(parseResult.GetValue(_python));
            var report = await ImagesRun.CompareAsync(data, ours, passes, rounds, python, Context.Error, cancel).ConfigureAwait(false);
            Render(parseResult, report, () => report.Show(Context));
        }
        return ExitCode.Done;
    }
}

/// <summary>Runs both sides in turns.</summary>
internal static class ImagesRun
{
    internal static async Task<ImagesReport> CompareAsync(
        string data, OurLoader ours, int passes, int rounds, string python, TextWriter messages, CancellationToken cancel)
    {
        using var peer = new TorchvisionLoader(python, data, ours.Threads);
        await peer.ReadyAsync(cancel).ConfigureAwait(false);
        var count = ours.Count * passes;
        List<LoaderPass> theirs = [], whole = [], reduced = [];
        // The first round reads the files into memory and compiles code; it is not counted.
        for (var round = 0; round <= rounds; round++)
        {
            messages.WriteLine(round == 0 ? "warming up …" : $"round {round} of {rounds} …");
            var first = round == 0;
            theirs.Add(await peer.ReadAsync(first ? 1 : passes, cancel).ConfigureAwait(false));
            whole.Add(ours.Read(first ? ours.Count : count, round, reduced: false, cancel));
            reduced.Add(ours.Read(first ? ours.Count : count, round, reduced: true, cancel));
        }
        LoaderFigures Figures(List<LoaderPass> measured) => LoaderFigures.Of(measured[1..], theirs[1..], ours.Threads);
        return new(data, whole[^1].Images, ours.Threads, rounds, Figures(theirs), Figures(whole), Figures(reduced));
    }
}

/// <summary>Runs our side alone for long, to see its memory.</summary>
internal static class Endurance
{
    private const int Parts = 10;

    internal static EnduranceReport Run(string data, OurLoader ours, int images, TextWriter messages, CancellationToken cancel)
    {
        var passes = new List<LoaderPass>();
        var memory = new List<MemoryMark>();
        for (var part = 0; part < Parts; part++)
        {
            passes.Add(ours.Read(images / Parts, epoch: part, reduced: false, cancel));
            memory.Add(new(passes.Sum(pass => pass.Images), Environment.WorkingSet));
            messages.WriteLine($"{memory[^1].Images} images …");
        }
        double read = passes.Sum(pass => pass.Images);
        return new(
            data, ours.Threads, read / passes.Sum(pass => pass.Seconds), passes.Sum(pass => pass.AllocatedBytes) / read,
            [.. Enumerable.Range(0, GC.MaxGeneration + 1).Select(generation => passes.Sum(pass => pass.Collections[generation]))], memory);
    }
}
