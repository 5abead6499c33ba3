using System.Diagnostics;
using Microsoft.DotNet.Interactive;
using Microsoft.DotNet.Interactive.Formatting;
using MLTransfer.Estimators;

namespace MLTransfer.Interactive;

/// <summary>
/// A training that is shown while it runs, in one output of the cell that began it, which is replaced a few times a second. The notebook's
/// stop button ends the training; the best model so far is kept.
/// </summary>
internal sealed class LiveTraining : ITrainingWatch
{
    // Each update is a page of its own for the browser.
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(400);

    private readonly KernelInvocationContext? _cell;
    private readonly StopButton.Press _stop;
    private readonly List<EpochResult> _epochs = [];
    private readonly List<AutoTrial> _trials = [];
    private TrainingProgress? _last;
    private DisplayedValue? _shown;
    private long _shownAt;

    private LiveTraining(KernelInvocationContext? cell) =>
        (_cell, _stop) = (cell, StopButton.Watch(cell?.CancellationToken ?? default));

    /// <inheritdoc/>
    public CancellationToken Stop => _stop.Token;

    /// <summary>A training that begins in the cell that runs now; outside of cells, nothing is shown.</summary>
    internal static LiveTraining Begin() => new(KernelInvocationContext.Current);

    /// <inheritdoc/>
    public void Report(TrainingProgress value)
    {
        // Each trial of a search has its own curves.
        if (value.Trial is { } trial && trial.Number != _last?.Trial?.Number) _epochs.Clear();
        if (value is { Total: 0, Trial: { } ended } && double.IsFinite(ended.Seconds)) _trials.Add(ended);
        if (value.Finished is { } epoch) _epochs.Add(epoch);
        // Epochs count from 1: while features are computed, and in the first epoch, there is no report to go before.
        bool begins = _last is null;
        _last = value;
        if (begins || Stopwatch.GetElapsedTime(_shownAt) >= Pause) Show(ended: false);
    }

    /// <summary>Shows how the training ended.</summary>
    public void Dispose()
    {
        if (_last is not null) Show(ended: true);
        _stop.Dispose();
    }

    private void Show(bool ended)
    {
        _shownAt = Stopwatch.GetTimestamp();
        var snapshot = new TrainingSnapshot(_last!, [.. _epochs], ended, ended && Stop.IsCancellationRequested) { Trials = [.. _trials] };
        if (_shown is null)
            _shown = _cell?.Display(snapshot);
        else
            _shown.Update(snapshot);
    }
}

/// <summary>A moment of a training.</summary>
/// <param name="Progress">How far it is.</param>
/// <param name="Epochs">The finished epochs.</param>
/// <param name="HasEnded">Whether it is over.</param>
/// <param name="WasStopped">Whether it was stopped before its last epoch.</param>
internal sealed record TrainingSnapshot(TrainingProgress Progress, IReadOnlyList<EpochResult> Epochs, bool HasEnded, bool WasStopped)
{
    /// <summary>The finished trials of a search.</summary>
    internal IReadOnlyList<AutoTrial> Trials { get; init; } = [];
}
