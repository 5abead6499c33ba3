using System.Globalization;
using MLTransfer.Training;

namespace MLTransfer.Cli.Screen;

/// <summary>
/// Reports training on a terminal: a line that is drawn again and again, and above it a row for each epoch. Only returns to the start of
/// the line, so that an interrupted run leaves the terminal as it was.
/// </summary>
/// <param name="terminal">Where it is drawn.</param>
/// <param name="width">The current width of the terminal in characters.</param>
/// <param name="clock">The time since the start.</param>
/// <param name="memory">The bytes of memory in use.</param>
internal sealed class LiveLine(TextWriter terminal, Func<int> width, Func<TimeSpan> clock, Func<long> memory)
{
    private const int WidestBar = 20, NarrowestBar = 6;
    private static readonly TimeSpan BetweenDrawings = TimeSpan.FromMilliseconds(100);

    private TimeSpan _lastDrawing = -BetweenDrawings;
    private int _drawn;

    /// <summary>How many epochs have a row.</summary>
    internal int Rows { get; private set; }

    internal void Report(TrainingProgress progress)
    {
        if (progress is { Trial: { } trial, Total: 0 })
            WriteTrial(trial);
        else if (progress is { Trial: null, Finished: { } epoch })
            WriteRow(progress, epoch);
        else if (clock() - _lastDrawing >= BetweenDrawings)
            Draw(Line(progress));
    }

    /// <summary>Removes the line, and the ^C with which a terminal echoes an interruption after it.</summary>
    internal void Clear()
    {
        terminal.Write($"\r{new string(' ', Math.Min(width(), _drawn + "^C".Length))}\r");
        terminal.Flush();
        _drawn = 0;
    }

    // The last column stays free: some terminals go to the next line once it is written.
    private int Room => Math.Max(1, width() - 1);

    private void WriteRow(TrainingProgress progress, EpochResult epoch)
    {
        Clear();
        if (Rows++ == 0)
            terminal.WriteLine(Row("epoch", progress.ChooseBy, column => column.Title));
        // The mark of the best epoch so far: the last one marked is the best.
        var number = epoch.Epoch.ToString(CultureInfo.InvariantCulture) + (progress.BestEpoch == epoch.Epoch ? " *" : "  ");
        terminal.WriteLine(Row(number, progress.ChooseBy, column => column.Cell(epoch)));
        terminal.Flush();
    }

    // Of a trial there is a line when it is over; the epochs of several would be too many.
    private void WriteTrial(AutoTrial trial)
    {
        if (double.IsNaN(trial.Seconds))
            return;
        Clear();
        var line = ProgressText.Finished(trial);
        terminal.WriteLine(line.Length > Room ? line[..Room] : line);
        terminal.Flush();
    }

    // Where there is no room, the last ones are left out.
    private static IEnumerable<Column> Columns(EpochMetric chooseBy) =>
    [
        new("loss", 9, epoch => Figures.Number(epoch.Loss)),
        new("training", 10, epoch => Figures.Percent(epoch.TrainingAccuracy)),
        new("validation", 12, epoch => Figures.Percent(epoch.ValidationAccuracy)),
        new("val loss", 10, epoch => Figures.Number(epoch.ValidationLoss)),
        .. Chosen(chooseBy),
        new("learning rate", 15, epoch => Figures.Rate(epoch.LearningRate)),
        new("seconds", 9, epoch => Figures.Number(epoch.Seconds, "0.00")),
    ];

    private static IEnumerable<Column> Chosen(EpochMetric metric)
    {
        if (!EpochChoice.IsExtra(metric))
            return [];
        var title = EpochChoice.Names[(int)metric];
        return [new(title, Math.Max(8, title.Length) + 2, epoch => Figures.Metric(metric, EpochChoice.Value(epoch, metric)))];
    }

    private string Row(string first, EpochMetric chooseBy, Func<Column, string> cell)
    {
        var row = first.PadLeft(7);
        foreach (var column in Columns(chooseBy))
        {
            if (row.Length + column.Width > Room)
                break;
            row += cell(column).PadLeft(column.Width);
        }
        return row.Length > Room ? row[..Room] : row;
    }

    private void Draw(string line)
    {
        _lastDrawing = clock();
        // An interruption is echoed after the blanks, too.
        var covering = line.PadRight(_drawn);
        terminal.Write($"\r{covering}");
        terminal.Flush();
        _drawn = covering.Length;
    }

    /// <summary>As many parts as there is room for, those of interest first, and a bar in what is left.</summary>
    private string Line(TrainingProgress progress)
    {
        var part = progress.Total > 0 ? (double)progress.Done / progress.Total : 0;
        string[] parts =
        [
            part.ToString("0 %", CultureInfo.InvariantCulture), .. ProgressText.TimeLeft(progress), .. ProgressText.Results(progress),
            Figures.Speed(progress.ImagesPerSecond), Figures.Bytes(memory()),
        ];
        var line = ProgressText.Trial(progress) + progress.Phase switch
        {
            TrainingPhase.Features => "features",
            TrainingPhase.Validation => $"epoch {progress.Epoch}/{progress.Epochs} validating",
            _ => $"epoch {progress.Epoch}/{progress.Epochs}",
        };
        var shown = parts.Aggregate(
            (Text: "", IsFull: false), (all, next) => all.IsFull || line.Length + all.Text.Length + 2 + next.Length > Room
                ? (all.Text, true) : ($"{all.Text}  {next}", false)).Text;
        var bar = Math.Min(WidestBar, Room - line.Length - shown.Length - 2);
        var filled = (int)(Math.Max(0, bar) * part);
        line += bar < NarrowestBar ? shown : $"  {new string('━', filled)}{new string('─', bar - filled)}{shown}";
        return line.Length > Room ? line[..Room] : line;
    }

    private readonly record struct Column(string Title, int Width, Func<EpochResult, string> Cell);
}
