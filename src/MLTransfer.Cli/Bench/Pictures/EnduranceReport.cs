using MLTransfer.Cli.CommandLine;
using MLTransfer.Cli.Screen;

namespace MLTransfer.Cli.Bench.Pictures;

/// <summary>A long run of our loader.</summary>
/// <param name="Data">The folder.</param>
/// <param name="Threads">Threads that read.</param>
/// <param name="PicturesPerSecond">By the clock.</param>
/// <param name="AllocatedBytes">What a picture leaves to the garbage collector.</param>
/// <param name="Collections">Its runs, by generation.</param>
/// <param name="Memory">The process's memory on the way.</param>
internal sealed record EnduranceReport(
    string Data, int Threads, double PicturesPerSecond, double AllocatedBytes, IReadOnlyList<int> Collections, IReadOnlyList<MemoryMark> Memory)
{
    internal static void Show(EnduranceReport report, Surroundings surroundings)
    {
        var table = TextTable.Of("pictures", "resident memory");
        foreach (var mark in report.Memory)
            table.Row(Figures.Count(mark.Pictures), Figures.Bytes(mark.ResidentBytes));
        Screens.ForResults(surroundings).Write(table);
        surroundings.Output.WriteLine(
            $"{Figures.Speed(report.PicturesPerSecond)} on {Figures.Counted(report.Threads, "thread", "threads")}, " +
            $"{Figures.Bytes((long)report.AllocatedBytes)} allocated a picture, collections {string.Join(" + ", report.Collections)}.");
    }
}

/// <summary>The process's memory after so many pictures.</summary>
internal sealed record MemoryMark(long Pictures, long ResidentBytes);
