using MLTransfer.Cli.CommandLine;
using MLTransfer.Cli.Screen;

namespace MLTransfer.Benchmarks;

/// <summary>Two image loaders, compared.</summary>
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
    internal void Show(CommandContext context)
    {
        var table = TextTable.Create("loader", "images a second and core", "", "processor time an image", "", "allocated an image",
            "collections");
        Row("torchvision", Peer);
        Row("mlt", Ours);
        Row("mlt, reduced scale", Reduced);
        Screens.ForResults(context).Write(table);
        context.Output.WriteLine(
            $"{Figures.Count(Images)} images a round, {Figures.Counted(Threads, "thread", "threads")}, median of "
            + $"{Figures.Counted(Rounds, "round", "rounds")}.");

        void Row(string loader, LoaderFigures figures) => table.Row(
            loader, Figures.Number(figures.ImagesPerSecondPerCore, "0.0"), Times(figures.Ratio),
            Figures.Number(figures.ProcessorMilliseconds, "0.00") + " ms",
            Times(figures.ProcessorRatio), figures == Peer ? "" : Figures.Bytes((long)figures.AllocatedBytes),
            string.Join(" + ", figures.Collections));
    }

    private static string Times(double ratio) => $"× {Figures.Number(ratio, "0.00")}";
}

/// <summary>Medians over the rounds.</summary>
/// <param name="ImagesPerSecondPerCore">By the clock, divided by the number of threads.</param>
/// <param name="ProcessorMilliseconds">Processor time per image.</param>
/// <param name="Ratio">How many times as fast as the peer in the same round, by the clock.</param>
/// <param name="ProcessorRatio">The same by processor time.</param>
/// <param name="AllocatedBytes">Managed bytes allocated per image.</param>
/// <param name="Collections">Garbage collections of a round, by generation.</param>
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

/// <summary>A long run of our loader.</summary>
/// <param name="Data">The folder.</param>
/// <param name="Threads">Threads that read.</param>
/// <param name="ImagesPerSecond">By the clock.</param>
/// <param name="AllocatedBytes">Managed bytes allocated per image.</param>
/// <param name="Collections">Garbage collections, by generation.</param>
/// <param name="Memory">The memory of the process over the run.</param>
internal sealed record EnduranceReport(
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
internal sealed record MemoryMark(long Images, long ResidentBytes);
