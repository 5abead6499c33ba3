using Microsoft.DotNet.Interactive.Events;
using Microsoft.DotNet.Interactive.Formatting;

namespace MLTransfer.Interactive.Tests;

public sealed class LiveTrainingTests(Shapes shapes) : IClassFixture<Shapes>
{
    private const int ManyEpochs = 9000;

    private static readonly FeatureExtractionOptions Options = new() { Backbone = "embedded", Epochs = 3 };

    [Fact]
    public async Task A_training_is_shown_in_one_output_which_ends_with_the_result()
    {
        using var cell = new Cell(() => shapes.Train(Options).Dispose());
        await cell.RunAsync();
        DisplayedValueProduced first = Assert.Single(cell.Events.OfType<DisplayedValueProduced>());
        DisplayedValueUpdated[] updates = [.. cell.Events.OfType<DisplayedValueUpdated>()];
        Assert.All(updates, update => Assert.Equal(first.ValueId, update.ValueId));
        Assert.StartsWith("Features – ", TextOf(first), StringComparison.Ordinal);
        Assert.StartsWith("Trained – 3 epochs, the best is ", TextOf(updates[^1]), StringComparison.Ordinal);
        Assert.Contains("<svg", HtmlOf(updates[^1]), StringComparison.Ordinal);
        Assert.IsType<CommandSucceeded>(cell.Events[^1]);
    }

    [Fact]
    public async Task A_metric_that_chooses_the_best_epoch_is_shown_during_the_training_and_after_it()
    {
        TrainingSummary? training = null;
        using var cell = new Cell(() =>
        {
            using ImageClassificationTransformer model = shapes.Train(Options with { ChooseBy = EpochMetric.MacroF1 });
            training = model.Training!;
        });
        await cell.RunAsync();
        Assert.Contains(
            "aria-label=\"Macro F1\"", HtmlOf(cell.Events.OfType<DisplayedValueUpdated>().Last()), StringComparison.Ordinal);
        string html = TrainingSummaryView.View.Framed(training!);
        Assert.Contains("<th>macro F1</th>", html, StringComparison.Ordinal);
        Assert.Contains("chosen by", html, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_search_is_shown_in_one_output_with_its_trials()
    {
        using var cell = new Cell(() => shapes.Search(TimeSpan.FromTicks(1)).Dispose());
        await cell.RunAsync();
        DisplayedValueProduced first = Assert.Single(cell.Events.OfType<DisplayedValueProduced>());
        DisplayedValueUpdated last = cell.Events.OfType<DisplayedValueUpdated>().Last();
        Assert.Equal(first.ValueId, last.ValueId);
        Assert.StartsWith("Trial 1, features, default: ", TextOf(first), StringComparison.Ordinal);
        Assert.StartsWith("Tried – 1 training, validation accuracy ", TextOf(last), StringComparison.Ordinal);
        Assert.Contains("<th>validation accuracy</th>", HtmlOf(last), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_stop_button_ends_a_training_with_the_best_model_so_far()
    {
        ImageClassificationTransformer? model = null;
        Cell cell = null!;
        int finished = 0;
        var progress = new Reports(now =>
        {
            if (now.Finished is not null && ++finished == 3) cell.Stop();
        });
        using var ended = new ManualResetEventSlim();
        using (cell = new Cell(() =>
        {
            model = shapes.Train(Options with { Epochs = ManyEpochs, Progress = progress });
            ended.Set();
        }))
        {
            await cell.RunAsync();
            ended.Wait();
        }
        Assert.True(model!.Training!.Cancelled);
        Assert.InRange(model.Training.Epochs.Count, 3, ManyEpochs - 1);
        Assert.InRange(model.Training.BestEpoch, 1, model.Training.Epochs.Count);
        Assert.Contains(cell.Events, found => found is CommandFailed);
        model.Dispose();
    }

    [Fact]
    public async Task An_interrupt_of_the_process_ends_a_training_too_and_the_notebook_says_so()
    {
        int finished = 0;
        var original = new TaskCompletionSource<ImageClassificationTransformer>();
        using var cell = new Cell(() => original.SetResult(shapes.Train(Options with
        {
            Epochs = ManyEpochs,
            Progress = new Reports(now =>
            {
                if (now.Finished is not null && ++finished == 2) Assert.True(StopButton.StopAll());
            }),
        })));
        await cell.RunAsync();
        using ImageClassificationTransformer model = await original.Task;
        Assert.True(model.Training!.Cancelled);
        Assert.IsType<CommandSucceeded>(cell.Events[^1]);
        Assert.False(StopButton.StopAll());
    }

    [Fact]
    public async Task A_training_with_a_progress_of_its_own_shows_nothing()
    {
        var reports = new List<TrainingProgress>();
        using var cell = new Cell(() => shapes.Train(Options with { Progress = new Reports(reports.Add) }).Dispose());
        await cell.RunAsync();
        Assert.NotEmpty(reports);
        Assert.Empty(cell.Events.OfType<DisplayedValueProduced>());
    }

    [Fact]
    public async Task Outside_of_a_cell_a_training_runs_as_without_the_extension()
    {
        using var cell = new Cell(() => { });
        await cell.RunAsync();
        using ImageClassificationTransformer model = shapes.Train(Options);
        Assert.Equal(3, model.Training!.Epochs.Count);
        Assert.False(model.Training.Cancelled);
        Assert.Empty(cell.Events.OfType<DisplayedValueProduced>());
    }

    private static string TextOf(DisplayEvent shown) =>
        shown.FormattedValues.Single(value => value.MimeType == PlainTextFormatter.MimeType).Value;

    private static string HtmlOf(DisplayEvent shown) =>
        shown.FormattedValues.Single(value => value.MimeType == HtmlFormatter.MimeType).Value;

    private sealed class Reports(Action<TrainingProgress> report) : IProgress<TrainingProgress>
    {
        public void Report(TrainingProgress value) => report(value);
    }
}
