namespace MLTransfer.Estimators;

/// <summary>What watches one training in a program that shows all of them, as a notebook does.</summary>
internal interface ITrainingWatch : IProgress<TrainingProgress>, IDisposable
{
    /// <summary>Stops the training, as <see cref="ImageClassificationOptions.Cancellation"/> does.</summary>
    CancellationToken Stop { get; }
}

/// <summary>The options of a training, with whoever watches it.</summary>
internal sealed class WatchedTraining : IDisposable
{
    private readonly ITrainingWatch? _watch;
    private readonly CancellationTokenSource? _stop;

    private WatchedTraining(ImageClassificationOptions options, ITrainingWatch? watch)
    {
        Options = options;
        if (watch is null) return;
        _watch = watch;
        _stop = CancellationTokenSource.CreateLinkedTokenSource(options.Cancellation, watch.Stop);
        Options = options with { Progress = options.Progress ?? watch, Cancellation = _stop.Token };
    }

    /// <summary>
    /// Called on the thread of a training before it begins. Null, the default, where nobody watches; a notebook's extension sets it once.
    /// </summary>
    internal static Func<ITrainingWatch>? Watcher { get; set; }

    /// <summary>
    /// Those given; where somebody watches, the watch hears of the progress unless they name somebody else, and can stop the training.
    /// </summary>
    internal ImageClassificationOptions Options { get; }

    internal static WatchedTraining Of(ImageClassificationOptions options) => new(options, Watcher?.Invoke());

    public void Dispose()
    {
        _watch?.Dispose();
        _stop?.Dispose();
    }
}
