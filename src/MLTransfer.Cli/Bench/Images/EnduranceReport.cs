using MLTransfer.Cli.CommandLine;
using MLTransfer.Cli.Screen;

namespace MLTransfer.Cli.Bench.Images;

/// <summary>A long run of our loader.</summary>
/// <param name="Data">The folder.</param>
/// <param name="Threads">Threads that read.</param>
/// <param name="ImagesPerSecond">By the clock.</param>
/// <param name="AllocatedBytes">What an image leaves to the garbage collector.</param>
/// <param name="Collections">Its runs, by generation.</param>
/// <param name="Memory">The process's memory on the way.</param>
internal sealed record EnduranceReport(
    string Data, int Threads, double ImagesPerSecond, double AllocatedBytes, IReadOnlyList<int> Collections,
    IReadOnlyList<MemoryMark> Memory)
{
    internal static void Show(EnduranceReport report, CommandContext context)
    {
        var table = TextTable.Of("images", "resident memory");
        foreach (var mark in report.Memory)
            table.Row(Figures.Count(mark.Images), Figures.Bytes(mark.ResidentBytes));
        Screens.ForResults(context).Write(table);
        context.Output.WriteLine(
            $"{Figures.Speed(report.ImagesPerSecond)} on {Figures.Counted(report.Threads, "thread", "threads")}, " +
            $"{Figures.Bytes((long)report.AllocatedBytes)} allocated an image, collections {string.Join(" + ", report.Collections)}.");
    }
}

/// <summary>The process's memory after so many images.</summary>
internal sealed record MemoryMark(long Images, long ResidentBytes);
