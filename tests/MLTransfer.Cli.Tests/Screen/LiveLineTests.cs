using MLTransfer.Cli.Screen;

namespace MLTransfer.Cli.Tests.Screen;

public sealed class LiveLineTests : IDisposable
{
    private readonly StringWriter _terminal = new() { NewLine = "\n" };
    private TimeSpan _now;

    public void Dispose() => _terminal.Dispose();

    [Theory]
    [InlineData(120, "epoch 2/3  ━━━━━───────────────  25 %  2 min 05 s left  loss 0.4321  training 62.5 %  412/s  1.5 MiB")]
    [InlineData(90, "epoch 2/3  ━━───────  25 %  2 min 05 s left  loss 0.4321  training 62.5 %  412/s  1.5 MiB")]
    [InlineData(80, "epoch 2/3  25 %  2 min 05 s left  loss 0.4321  training 62.5 %  412/s  1.5 MiB")]
    [InlineData(40, "epoch 2/3  25 %  2 min 05 s left")]
    [InlineData(24, "epoch 2/3  ━─────  25 %")]
    [InlineData(6, "epoch")]
    [InlineData(0, "e")]
    public void The_line_shows_what_there_is_room_for(int width, string expected)
    {
        Line(width).Report(Reports.Training);
        Assert.Equal($"\r{expected}", _terminal.ToString());
    }

    [Fact]
    public void A_shorter_line_leaves_nothing_of_the_longer_one_before_and_in_the_end_there_is_none()
    {
        var line = Line(80);
        line.Report(Reports.Training);
        _now += TimeSpan.FromSeconds(1);
        line.Report(Reports.Features(50) with { TrainingRemaining = null });
        _terminal.Write("^C");
        line.Clear();
        Assert.Equal("", Screen(_terminal.ToString()));
    }

    [Fact]
    public void It_is_drawn_ten_times_a_second_at_most()
    {
        var line = Line(80);
        for (var batch = 0; batch < 100; batch++)
        {
            line.Report(Reports.Training);
            _now += TimeSpan.FromMilliseconds(10);
        }
        Assert.Equal(10, _terminal.ToString().Count(letter => letter == '\r'));
    }

    [Fact]
    public void Above_it_there_is_a_row_for_each_epoch_with_a_mark_at_the_best_so_far()
    {
        var line = Line(80);
        line.Report(Reports.Training);
        line.Report(Reports.Finished(1, best: 1));
        line.Report(Reports.Finished(2, best: 1));
        Assert.Equal(
            """
              epoch     loss  training  validation  val loss  learning rate  seconds
                1 *   1.0000    50.0 %      75.0 %    0.2500       0.000123     1.50
                2     0.5000    50.0 %      75.0 %    0.2500       0.000123     1.50

            """, Screen(_terminal.ToString()));
        Assert.Equal(2, line.Rows);
    }

    [Fact]
    public void A_metric_that_chooses_the_best_epoch_has_a_column_before_the_learning_rate()
    {
        var epoch = Reports.Finished(1, best: 1);
        epoch = epoch with { ChooseBy = EpochMetric.MacroF1, Finished = epoch.Finished! with { ValidationMacroF1 = 0.625 } };
        Line(80).Report(epoch);
        Assert.Equal(
            """
              epoch     loss  training  validation  val loss  macro-f1  learning rate
                1 *   1.0000    50.0 %      75.0 %    0.2500    62.5 %       0.000123

            """, Screen(_terminal.ToString()));
    }

    [Fact]
    public void A_trial_has_a_line_when_it_is_over_in_place_of_its_epochs()
    {
        var line = Line(110);
        line.Report(Reports.Trial(Reports.Running));
        line.Report(Reports.Training with { Trial = Reports.Running });
        Assert.EndsWith(
            "trial 2, epoch 2/3  ━━━━━───────────────  25 %  2 min 05 s left  loss 0.4321  training 62.5 %  412/s  1.5 MiB",
            _terminal.ToString(), StringComparison.Ordinal);
        line.Report(Reports.Finished(1, best: 1) with { Trial = Reports.Running });
        line.Report(Reports.Trial(Reports.Over));
        Assert.Equal(
            "trial 2: fine-tuning from layer3, fast, 224 px: 93.4 % of the validation images right, 38.5 s\n",
            Screen(_terminal.ToString()));
    }

    [Fact]
    public void Narrow_rows_have_the_first_columns()
    {
        Line(40).Report(Reports.Finished(1, best: 1));
        Assert.Equal(
            """
              epoch     loss  training  validation
                1 *   1.0000    50.0 %      75.0 %

            """, Screen(_terminal.ToString()));
    }

    private LiveLine Line(int width) => new(_terminal, () => width, () => _now, () => 3 << 19);

    // What a terminal of any width shows: a return goes back to the start of the line, and what follows overwrites it.
    private static string Screen(string written)
    {
        return string.Join('\n', written.Split('\n').Select(Shown));

        static string Shown(string line) => line.Split('\r').Aggregate(
            "", (shown, next) => next + (shown.Length > next.Length ? shown[next.Length..] : "")).TrimEnd();
    }
}
