using System.CommandLine;
using MLTransfer.Cli.CommandLine;
using MLTransfer.Cli.Screen;
using MLTransfer.Data;
using MLTransfer.Imaging;

namespace MLTransfer.Cli.Bench.Images;

/// <summary>'mlt bench images': files to normalized batches, by torchvision and by us, in turns.</summary>
internal sealed class BenchImagesCommand : MltCommand
{
    private const int DefaultRounds = 5;
    private const int DefaultPasses = 4;
    private const string DefaultData = "../shared/data/hymenoptera/train";

    private readonly Option<string?> _data =
        CliOption.Text("--data", "DIR", $"A folder with one folder of images per class. [default: {DefaultData}]");
    private readonly Option<int?> _passes =
        CliOption.Integer("--passes", $"How often the folder is read in a round. [default: {DefaultPasses}]", 1, 10_000);
    private readonly Option<int?> _rounds = CliOption.Integer("--rounds", $"How often each is measured. [default: {DefaultRounds}]", 1, 1000);
    private readonly Option<int?> _threads = CliOption.Integer(
        "--threads", "Threads of ours, worker processes of torchvision's. [default: as many as the processor has]", 1, 1024);
    private readonly Option<int?> _endure = CliOption.Integer(
        "--endure", "Only ours, for so many images, the folder again and again: says the memory after every tenth of them.", 10,
        int.MaxValue);
    private readonly Option<string?> _python = CliOption.Text(
        "--python", "FILE", $"The Python that has torch and torchvision. [default: {PeerRequest.DefaultPython}]");

    internal BenchImagesCommand(CommandContext context)
        : base(
            "images", "Times images from files to batches: torchvision's usual recipe in a DataLoader, and ours, in turns.", context,
            "mlt bench images",
            "mlt bench images --data flowers/train --threads 4 --json",
            "mlt bench images --endure 100000") =>
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

    protected override async Task<int> RunAsync(ParseResult asked, CancellationToken cancel)
    {
        var data = Paths.ExistingFolder("--data", asked.GetValue(_data) ?? DefaultData);
        var ours = new OurLoader([.. ImageFolder.List(data).Select(file => new FileImage(file.ImagePath))],
            asked.GetValue(_threads) ?? Threads.Default);
        if (asked.GetValue(_endure) is { } endure)
            Show(Endurance.Run(data, ours, endure, Context.Error, cancel), asked, EnduranceReport.Show);
        else
        {
            var python = Paths.ExistingFile("--python", asked.GetValue(_python) ?? PeerRequest.DefaultPython);
            var report = await ImagesRun.CompareAsync(
                data, ours, asked.GetValue(_passes) ?? DefaultPasses, asked.GetValue(_rounds) ?? DefaultRounds, python, Context.Error,
                cancel).ConfigureAwait(false);
            Show(report, asked, ImagesReport.Show);
        }
        return ExitCode.Done;
    }

    private void Show<T>(T report, ParseResult asked, Action<T, CommandContext> inWords)
    {
        if (WantsJson(asked))
            Json.WriteTo(Context.Output, report);
        else
            inWords(report, Context);
    }
}
