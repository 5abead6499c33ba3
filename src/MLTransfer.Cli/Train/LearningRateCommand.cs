using System.CommandLine;
using System.Globalization;
using System.Text;
using MLTransfer.Cli.CommandLine;
using MLTransfer.Cli.Screen;
using MLTransfer.Evaluation.Reports;
using MLTransfer.Training;

namespace MLTransfer.Cli.Train;

/// <summary>'mlt lr': which learning rate to train with.</summary>
internal sealed class LearningRateCommand : MltCommand
{
    private const int Rows = 16;

    private readonly TrainOptions _options = new(isSearch: true);
    private readonly Option<string?> _svg = CliOption.Text("--svg", "FILE.svg", "Where a plot of the losses goes.");
    private readonly Option<string?> _report = CliOption.Text(
        "--report", "DIR", $"Where a page with the plot and the settings goes, as {TrainReport.FileName}.");

    internal LearningRateCommand(CommandContext context)
        : base("lr", "Finds a learning rate: trains for some steps while it rises, and suggests one by the losses.", context,
            "mlt lr --data flowers --mode finetune --backbone resnet18",
            "mlt lr --data flowers --mode features --backbone resnet18 --optimizer sgd --svg rates.svg") =>
        Accepts([.. _options.OfSearch, _svg, _report]);

    internal override string Remarks =>
        """
        Give the options that the training will have. The suggestion is the middle of the longest fall of the loss (valley); at the
        steepest fall, training is faster and less safe. No model is kept.

        JSON: { valley, steepest, points: [{ rate, loss }] }; valley and steepest are null where the loss never falls.

        """;

    protected override async Task<int> RunAsync(ParseResult parseResult, CancellationToken cancel)
    {
        var arguments = TrainRequest.Of(parseResult, _options, Context);
        var svg = parseResult.GetValue(_svg) is { } path ? OutputFile.Checked("--svg", path) : null;
        var report = TrainRequest.ReportIn(parseResult.GetValue(_report));
        await TrainWeights.GetAsync(arguments, Context, WantsJson(parseResult), cancel).ConfigureAwait(false);
        var notes = new List<string>();
        var curve = new TrainingScreen(Context).Watch(progress => TrainRun.FindLearningRate(arguments, progress, notes.Add, cancel));
        foreach (var note in notes)
            Context.Words.WriteLine(note);
        svg?.Write(stream => stream.Write(Encoding.UTF8.GetBytes(curve.ToSvg())));
        report?.Write(stream => stream.Write(Encoding.UTF8.GetBytes(LearningRateChart.Page(curve, Settings(arguments)).Source)));
        Render(parseResult, LearningRateJson.Of(curve), () => Show(curve, svg, report));
        return ExitCode.Done;
    }

    private IEnumerable<(string Name, string Value)> Settings(TrainArguments arguments)
    {
        Symbol[] known = [.. _options.OfSearch];
        string[] names = [.. _options.Bound.Where(bound => known.Contains(bound.Option)).Select(bound => bound.Property.Name)];
        return TrainingOption.Values(arguments.Options).Where(each => names.Contains(each.Name)).Append(("Seed", $"{arguments.Seed}"));
    }

    private void Show(LearningRateCurve curve, OutputFile? svg, OutputFile? report)
    {
        var table = TextTable.Create("learning rate", "loss");
        var every = (curve.Points.Count + Rows - 1) / Rows;
        foreach (var point in curve.Points.Where((_, index) => index % Math.Max(1, every) == 0))
            table.Row(Rate(point.Rate), Figures.Number(point.Loss));
        Screens.ForResults(Context).Write(table);
        Context.Output.WriteLine(double.IsNaN(curve.Valley)
            ? "The loss never fell: no learning rate can be suggested."
            : $"Suggested: --learning-rate {Rate(curve.Valley)} (valley); the loss falls the most steeply at {Rate(curve.Steepest)}.");
        if (svg is not null)
            Context.Output.WriteLine($"Plot: {svg.Path}");
        if (report is not null)
            Context.Output.WriteLine($"Report: {report.Path}");
    }

    private static string Rate(double rate) => rate.ToString("g2", CultureInfo.InvariantCulture);
}
