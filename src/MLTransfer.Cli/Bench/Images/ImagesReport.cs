using MLTransfer.Cli.CommandLine;
using MLTransfer.Cli.Screen;

namespace MLTransfer.Cli.Bench.Images;

/// <summary>Two loaders side by side.</summary>
/// <param name="Data">The folder.</param>
/// <param name="Images">Images in a round.</param>
/// <param name="Threads">Threads of ours, processes of the peer's.</param>
/// <param name="Rounds">How often each was measured.</param>
/// <param name="Peer">torchvision.</param>
/// <param name="Ours">This library.</param>
/// <param name="Reduced">This library, JPEG decoded at a reduced scale where the crop allows it.</param>
internal sealed record ImagesReport(
    string Data, long Images, int Threads, int Rounds, LoaderFigures Peer, LoaderFigures Ours, LoaderFigures Reduced)
{
    internal static void Show(ImagesReport report, CommandContext context)
    {
        var table = TextTable.Of("loader", "images a second and core", "", "processor time an image", "", "allocated an image",
            "collections");
        Row("torchvision", report.Peer);
        Row("mlt", report.Ours);
        Row("mlt, reduced scale", report.Reduced);
        Screens.ForResults(context).Write(table);
        context.Output.WriteLine(
            $"{Figures.Count(report.Images)} images a round, {Figures.Counted(report.Threads, "thread", "threads")}, median of "
            + $"{Figures.Counted(report.Rounds, "round", "rounds")}.");

        void Row(string loader, LoaderFigures figures) => table.Row(
            loader, Figures.Number(figures.ImagesPerSecondPerCore, "0.0"), Times(figures.Ratio),
            Figures.Number(figures.ProcessorMilliseconds, "0.00") + " ms",
            Times(figures.ProcessorRatio), figures == report.Peer ? "" : Figures.Bytes((long)figures.AllocatedBytes),
            string.Join(" + ", figures.Collections));
    }

    private static string Times(double ratio) => $"× {Figures.Number(ratio, "0.00")}";
}

/// <summary>Medians over the rounds.</summary>
/// <param name="ImagesPerSecondPerCore">By the clock, over the number of threads.</param>
/// <param name="ProcessorMilliseconds">Processor time of an image.</param>
/// <param name="Ratio">How many times as fast as the peer in the same round, by the clock.</param>
/// <param name="ProcessorRatio">That by processor time.</param>
/// <param name="AllocatedBytes">What an image leaves to the garbage collector.</param>
/// <param name="Collections">Collections of a round, by generation.</param>
internal sealed record LoaderFigures(
    double ImagesPerSecondPerCore, double ProcessorMilliseconds, double Ratio, double ProcessorRatio, double AllocatedBytes,
    IReadOnlyList<int> Collections)
{
    internal static LoaderFigures Of(IReadOnlyList<LoaderPass> passes, IReadOnlyList<LoaderPass> peer, int threads)
    {
        return new(
            Median.Of(passes.Select(Speed)) / threads,
            1000 * Median.Of(passes.Select(pass => pass.ProcessorSeconds / pass.Images)),
            Median.Of(passes.Zip(peer, (pass, theirs) => Speed(pass) / Speed(theirs))),
            Median.Of(passes.Zip(peer, (pass, theirs) => theirs.ProcessorSeconds / theirs.Images / (pass.ProcessorSeconds / pass.Images))),
            Median.Of(passes.Select(pass => (double)pass.AllocatedBytes / pass.Images)),
            passes[^1].Collections);

        static double Speed(LoaderPass pass) => pass.Images / pass.Seconds;
    }
}
