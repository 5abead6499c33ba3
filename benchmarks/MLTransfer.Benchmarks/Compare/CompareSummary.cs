using System.Text.Json.Serialization;
using MLTransfer.Cli.Screen;
using Spectre.Console;

namespace MLTransfer.Benchmarks.Compare;

/// <summary>A figure of one side over all rounds.</summary>
/// <param name="Median">The median of the rounds.</param>
/// <param name="Least">The smallest value.</param>
/// <param name="Most">The largest value.</param>
/// <param name="Ratio">
/// How many times as good ours is, above 1 where ours is better: the median of the ratios in the same round. Null where sides are not
/// compared by it.
/// </param>
internal sealed record FigureSummary(double Median, double Least, double Most, double? Ratio);

/// <summary>One side over all rounds.</summary>
internal sealed record SideSummary(string Side, IReadOnlyDictionary<string, FigureSummary> Figures)
{
    /// <summary>The name as tables and charts show it: with the number of its rounds where others have more.</summary>
    [JsonIgnore]
    public string Shown { get; init; } = Side;
}

/// <summary>One job over all rounds.</summary>
internal sealed record JobSummary(
    string Job, string Backbone, string Settings, int Rounds, string Ours, IReadOnlyList<SideSummary> Sides)
{
    /// <summary>What the job was done with: the network, and the settings that decide the result.</summary>
    internal string Subject => Settings.Length == 0 ? Backbone : $"{Backbone}, {Settings}";

    /// <summary>Whether a side is this library; the names of its other ways to do the job begin with the first one's.</summary>
    internal bool IsOurs(SideSummary side) => side.Side.StartsWith(Ours.Split(',')[0], StringComparison.Ordinal);

    /// <summary>The figures that some side has, in the order of tables.</summary>
    internal IReadOnlyList<FigureKind> Kinds => [.. FigureKind.All.Where(kind => Sides.Any(side => side.Figures.ContainsKey(kind.Key)))];

    /// <summary>The jobs in the order of the page, each with its backbones in the order that they were measured in.</summary>
    internal static IReadOnlyList<JobSummary> Of(IReadOnlyList<CompareRound> rounds) =>
    [
        .. from job in CompareJob.All
           from measured in rounds.Where(round => round.Job == job.Name).GroupBy(round => (round.Backbone, round.Settings))
           select Of([.. measured]),
    ];

    private static JobSummary Of(CompareRound[] rounds)
    {
        // Rounds that were measured before the job had a further side, or a side a further figure, lack it.
        var most = rounds.MaxBy(round => round.Sides.Count)!;
        return new(
            most.Job, most.Backbone, most.Settings, rounds.Length, most.Ours,
            [
                .. from side in most.Sides.Concat(rounds.SelectMany(round => round.Sides)).DistinctBy(side => side.Side)
                   select Of(rounds, side.Side),
            ]);
    }

    private static SideSummary Of(CompareRound[] rounds, string side)
    {
        SideFigures[] having = [.. rounds.SelectMany(round => round.Sides).Where(each => each.Side == side)];
        return new(side, having.SelectMany(each => each.Figures.Keys).Distinct().ToDictionary(key => key, key => Of(
            [.. rounds.Where(round => round.Sides.Any(each => each.Side == side && each.Figures.ContainsKey(key)))], side, key)))
        {
            Shown = having.Length == rounds.Length ? side : $"{side} ({having.Length} of {rounds.Length} rounds)",
        };
    }

    private static FigureSummary Of(CompareRound[] rounds, string side, string key)
    {
        double[] values = [.. rounds.Select(round => Value(round, side)!.Value)];
        var better = FigureKind.All.First(kind => kind.Key == key).Better;
        double[] ratios =
        [
            .. from round in rounds
               where better is not null && Value(round, round.Ours) is not null
               let ratio = Value(round, side)!.Value / Value(round, round.Ours)!.Value
               select better == Better.Lower ? ratio : 1 / ratio,
        ];
        return new(Median.Of(values), values.Min(), values.Max(), ratios.Length == 0 ? null : Median.Of(ratios));

        double? Value(CompareRound round, string name) =>
            round.Sides.First(each => each.Side == name).Figures.TryGetValue(key, out var value) ? value : null;
    }

    internal Table Table()
    {
        var table = TextTable.Create(["", .. Columns]);
        foreach (var side in Sides) table.Row([side.Shown, .. Cells(side)]);
        return table;
    }

    /// <summary>The titles of the columns after the name of the side: each figure, and where sides are compared by it, ×.</summary>
    internal IEnumerable<string> Columns => Kinds.SelectMany(kind => kind.Better is null ? [kind.Title] : new[] { kind.Title, "×" });

    /// <summary>The cells of a side, as <see cref="Columns"/>: the median, in brackets the spread over the rounds, and the ratio.</summary>
    internal IEnumerable<string> Cells(SideSummary side)
    {
        foreach (var kind in Kinds)
        {
            var figure = side.Figures.GetValueOrDefault(kind.Key);
            yield return figure is null ? "" : Text(kind, figure);
            if (kind.Better is not null) yield return figure?.Ratio is { } ratio ? Figures.Number(ratio, "0.00") : "";
        }
    }

    private static string Text(FigureKind kind, FigureSummary figure)
    {
        var (median, least, most) = (Number(figure.Median), Number(figure.Least), Number(figure.Most));
        return least == most ? median : $"{median} ({least}–{most})";

        string Number(double value) => Figures.Number(value, kind.Format);
    }
}
