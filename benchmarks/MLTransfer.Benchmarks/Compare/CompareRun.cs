using MLTransfer.Cli.Screen;

namespace MLTransfer.Benchmarks.Compare;

/// <summary>Measures what is missing: one job after the other, in each all sides in turns, round after round.</summary>
internal sealed class CompareRun(CompareResults results, Conditions conditions, TextWriter words)
{
    internal async Task MeasureAsync(CompareJob job, CompareSettings settings, int rounds, CancellationToken cancel)
    {
        var (backbone, decided) = (settings.Backbone.Name, job.Settings(settings));
        int[] missing = [.. Enumerable.Range(1, rounds).Where(round => !results.Has(job.Name, backbone, decided, round))];
        if (missing.Length == 0) return;
        words.WriteLine($"{job.Name}, {backbone}: preparing …");
        using var open = await job.OpenAsync(settings, cancel).ConfigureAwait(false);
        if (job.WarmsUp) await RoundAsync(open, $"{job.Name}, {backbone}: warming up", cancel).ConfigureAwait(false);
        foreach (var round in missing)
        {
            var sides = await RoundAsync(open, $"{job.Name}, {backbone}: round {round} of {rounds}", cancel).ConfigureAwait(false);
            results.Add(new(job.Name, backbone, decided, round, open.Ours, sides, conditions));
        }
    }

    private async Task<IReadOnlyList<SideFigures>> RoundAsync(OpenJob open, string when, CancellationToken cancel)
    {
        var sides = new List<SideFigures>();
        foreach (var side in open.Sides)
        {
            cancel.ThrowIfCancellationRequested();
            var figures = await side.MeasureAsync(cancel).ConfigureAwait(false);
            sides.Add(new(side.Name, figures));
            words.WriteLine($"{when}: {side.Name}: {string.Join(", ", FigureKind.All.Where(kind => figures.ContainsKey(kind.Key)).Select(
                kind => $"{Figures.Number(figures[kind.Key], kind.Format)} {kind.Title}"))}");
        }
        return sides;
    }
}
