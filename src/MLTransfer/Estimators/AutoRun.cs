using System.Diagnostics;
using System.Globalization;
using Microsoft.ML.Runtime;
using MLTransfer.Data;
using MLTransfer.Errors;
using MLTransfer.Imaging;
using MLTransfer.Models;
using MLTransfer.Training;

namespace MLTransfer.Estimators;

/// <summary>Runs the trials of a search.</summary>
/// <param name="environment">Where they run.</param>
/// <param name="channel">The log.</param>
/// <param name="options">The options.</param>
/// <param name="images">What they train and validate on.</param>
/// <param name="test">What measures the result.</param>
internal sealed class AutoRun(
    IHostEnvironment environment, IChannel channel, AutoOptions options, TrainingImages images, ImageSet test)
{
    // What trials take is measured in small batches, in this part of the time.
    private const int MeasuringBatch = 16;
    private const double MeasuringShare = 0.05;

    private readonly Stopwatch _clock = Stopwatch.StartNew();
    private readonly List<AutoTrial> _trials = [];
    private ImageClassificationTransformer? _best;
    private AutoTrial? _kept;

    private double SecondsLeft => options.Budget.TotalSeconds - _clock.Elapsed.TotalSeconds;

    public ImageClassificationTransformer Run()
    {
        try
        {
            Try(new AutoTrial(Recipe.Default.Name, null, 0), options.Cancellation);
            Search();
            return Result(_best!);
        }
        catch
        {
            _best?.Dispose();
            throw;
        }
    }

    private void Search()
    {
        using var end = CancellationTokenSource.CreateLinkedTokenSource(options.Cancellation);
        if (options.Cancellation.IsCancellationRequested || SecondsLeft <= 0) return;
        end.CancelAfter(TimeSpan.FromSeconds(Math.Min(SecondsLeft, int.MaxValue / 1000)));
        var space = SearchSpace.Of(_best!, options);
        if (Measured(space, end.Token) is not { } costs) return;
        var search = new AutoSearch(AutoSearch.Candidates(space.ImageSize, space.OtherSizes, space.Smallest, space.Upper), costs);
        string? over = null;
        while (!end.IsCancellationRequested)
        {
            // Every image right: nothing can be told to be better.
            if (_kept is { ValidationAccuracy: 1 } && options.ChooseBy != EpochMetric.Loss)
                over = "every validation image is right already";
            if (over is not null || search.Next(SecondsLeft) is not { } next) break;
            AutoTrial finished = Try(next, end.Token, space.OtherSizes);
            if (finished.Why.Length == 0 && !end.IsCancellationRequested) costs.Learn(finished);
        }

        if (options.Cancellation.IsCancellationRequested) over = "the search was cancelled";
        _trials.AddRange(search.NotTried(over, SecondsLeft));
    }

    /// <summary>Runs a trial, and keeps its model if it is the best so far.</summary>
    /// <param name="trial">The trial.</param>
    /// <param name="cancel">Ends it.</param>
    /// <param name="sized">Whether its image size is set; else it is the network's own, or that of the options.</param>
    private AutoTrial Try(AutoTrial trial, CancellationToken cancel, bool sized = false)
    {
        trial = trial with { Number = _trials.Count + 1 };
        var progress = options.Progress is { } asked ? new TrialProgress(asked, trial) : null;
        progress?.Begin();
        double before = _clock.Elapsed.TotalSeconds;
        (ImageClassificationTransformer? model, string why) = Fit(Options(trial, sized) with
        {
            Progress = progress,
            Cancellation = cancel,
            TensorBoardFolder = options.TensorBoardFolder is { } folder
                ? Path.Combine(folder, string.Create(CultureInfo.InvariantCulture, $"trial{trial.Number}")) : null,
        }, isFirst: _best is null, images);
        trial = trial with { Seconds = _clock.Elapsed.TotalSeconds - before, Why = why };
        if (model is not null)
        {
            EpochResult result = ResultOf(model.Training!);
            trial = trial with
            {
                ImageSize = model.Preprocessing.CropTo,
                ValidationAccuracy = result.ValidationAccuracy,
                ValidationLoss = result.ValidationLoss,
            };
            Compare(model, result, trial);
        }

        _trials.Add(trial);
        progress?.End(trial);
        channel.Info(MessageSensitivity.None, string.Create(
            CultureInfo.InvariantCulture,
            $"Trial {trial.Number}, {trial}: validation accuracy {trial.ValidationAccuracy:f4}, {trial.Seconds:f1} s. {trial.Why}"));
        return trial;
    }

    private void Compare(ImageClassificationTransformer model, EpochResult result, AutoTrial trial)
    {
        // Among equals the earlier one, which is simpler: a few images more or less in a long training are chance.
        if (_best is not null
            && !(EpochChoice.Quality(result, options.ChooseBy) > EpochChoice.Quality(ResultOf(_best.Training!), options.ChooseBy)))
        {
            model.Dispose();
            return;
        }

        _best?.Dispose();
        (_best, _kept) = (model, trial);
    }

    private ImageClassificationOptions Options(AutoTrial trial, bool sized)
    {
        Recipe recipe = Recipe.Find(trial.Recipe);
        ImageClassificationOptions chosen = trial.Train is { } layers ? options.FineTuning(recipe, layers) : options.Features(recipe);
        return sized ? chosen with { ImageSize = trial.ImageSize } : chosen;
    }

    private (ImageClassificationTransformer? Model, string Why) Fit(
        ImageClassificationOptions chosen, bool isFirst, TrainingImages seen)
    {
        try
        {
            ImageClassificationTransformer model = Estimator(chosen).Fit(seen);
            return (model, model.Training is { Cancelled: true } cut
                ? $"ended at the end of the time, after {cut.Epochs.Count} of {chosen.Epochs} epochs" : "");
        }
        catch (TrainingFailedException failure)
        {
            return (failure.Model, $"ended by an error: {failure.Model.Training!.Failure}");
        }
        // The first trial tells what is wrong with the data or the options; one trial of several may diverge.
        catch (Exception failure) when (!isFirst && failure is InvalidOperationException or OptionException)
        {
            return (null, $"failed: {failure.Message}");
        }
        catch (OperationCanceledException) when (!isFirst)
        {
            return (null, "the time was over before its first epoch was");
        }
    }

    private ImageClassificationEstimator Estimator(ImageClassificationOptions chosen) => chosen is FineTuningOptions fineTuning
        ? new FineTuningEstimator(environment, fineTuning)
        : new FeatureExtractionEstimator(environment, (FeatureExtractionOptions)chosen);

    private static EpochResult ResultOf(TrainingSummary training) => training.Epochs.First(epoch => epoch.Epoch == training.BestEpoch) with
    {
        ValidationAccuracy = training.ValidationAccuracy,
    };

    /// <summary>Measures what trials take, by beginning some; null where the time is over.</summary>
    private TrialCosts? Measured(SearchSpace space, CancellationToken cancel)
    {
        TrainingSummary first = _best!.Training!;
        double before = _clock.Elapsed.TotalSeconds;
        double forward = SecondsOfAnImage(options.Features(Recipe.Default) with { CacheFolder = null }, TrainingPhase.Features);
        var costs = new TrialCosts(images.Training.Count, images.Validation!.Count, space.ImageSize)
        {
            Forward = forward,
            HeadEpoch = first.TrainingSeconds / first.Epochs.Count,
            Start = _clock.Elapsed.TotalSeconds - before,
        };
        if (space.Upper is { } upper)
        {
            foreach (Layers layers in new[] { Layers.All, upper })
            {
                costs.Measured(layers, SecondsOfAnImage(
                    options.FineTuning(Recipe.Default, layers) with { HeadWarmup = false, BatchSize = MeasuringBatch },
                    TrainingPhase.Training));
            }
        }

        return cancel.IsCancellationRequested ? null : costs;

        double SecondsOfAnImage(ImageClassificationOptions chosen, TrainingPhase phase)
        {
            using var pace = new Pace(phase, MeasuringShare * SecondsLeft, cancel);
            chosen = chosen with
            {
                Epochs = 1,
                Progress = pace,
                Cancellation = pace.Over,
                TensorBoardFolder = null,
                Rejection = null,
                SoupOf = 0,
                ImageSize = space.OtherSizes ? space.ImageSize : chosen.ImageSize,
            };
            Fit(chosen, isFirst: false, images with { Validation = null }).Model?.Dispose();
            return pace.SecondsOfAnImage;
        }
    }

    private ImageClassificationTransformer Result(ImageClassificationTransformer best)
    {
        (int right, int scored) = Tested(best);
        best.Training = best.Training! with
        {
            Trials = [.. _trials.Select(Judged)],
            TestImages = scored,
            TestAccuracy = scored == 0 ? double.NaN : (double)right / scored,
            HeldBack = images.Files(test),
            // That a trial was cut short is said of the trial.
            Cancelled = options.Cancellation.IsCancellationRequested,
            Failure = null,
        };
        return best;
    }

    private AutoTrial Judged(AutoTrial trial) => trial switch
    {
        { Number: var number } when number == _kept!.Number => trial with
        {
            IsKept = true,
            Why = trial.Why.Length == 0 ? "the best on the validation images" : $"the best all the same; {trial.Why}",
        },
        { Why.Length: 0 } => trial with
        {
            Why = string.Create(CultureInfo.InvariantCulture, $"no better than trial {_kept!.Number}"),
        },
        _ => trial,
    };

    /// <summary>How many of the test images the model gets right, of those that can be read.</summary>
    private (int Right, int Scored) Tested(ImageClassificationTransformer model)
    {
        try
        {
            var scored = model.Predict(test.Images, options.Cancellation)
                .Zip(test.Labels, (found, label) => (found, Label: images.Classes[label]))
                .Where(each => each.found.Error is null).ToArray();
            return (scored.Count(each => each.found.Label == each.Label), scored.Length);
        }
        catch (OperationCanceledException)
        {
            return (0, 0);
        }
    }

    /// <summary>What may be tried with a network.</summary>
    /// <param name="ImageSize">The image size of the first trial.</param>
    /// <param name="OtherSizes">Whether others may be tried.</param>
    /// <param name="Smallest">The smallest that the network takes.</param>
    /// <param name="Upper">The upper half of its layers; null where it cannot be fine-tuned.</param>
    private sealed record SearchSpace(int ImageSize, bool OtherSizes, int Smallest, Layers? Upper)
    {
        public static SearchSpace Of(ImageClassificationTransformer first, AutoOptions options)
        {
            BackboneChoice choice = options.Resolve();
            Backbone backbone = choice.Backbone;
            IReadOnlyList<LayerGroup> groups = first.Network.Groups;
            bool isFree = options is { ImageSize: null, ResizeTo: null, Preprocessing: null } && first.Preprocessing.Transforms is null
                && !backbone.IsFrozen && backbone.ImageSizeMultiple == 1 && !StartingModel.IsNamedBy(choice);
            return new(
                first.Preprocessing.CropTo, isFree, backbone.MinimumImageSize,
                backbone.IsFrozen ? null : Layers.From(groups[Math.Min((groups.Count + 1) / 2, groups.Count - 1)].Name));
        }
    }
}

/// <summary>Reports about the training of one trial, with the trial.</summary>
internal sealed class TrialProgress(IProgress<TrainingProgress> progress, AutoTrial trial) : IProgress<TrainingProgress>
{
    /// <summary>Says that the trial begins.</summary>
    public void Begin() => progress.Report(Empty(trial));

    /// <summary>Says how the trial ended.</summary>
    public void End(AutoTrial finished) => progress.Report(Empty(finished));

    /// <inheritdoc/>
    public void Report(TrainingProgress value) => progress.Report(value with { Trial = trial });

    private static TrainingProgress Empty(AutoTrial trial) => new(
        TrainingPhase.Features, 0, 0, 0, 0, double.NaN, TimeSpan.Zero, double.NaN, double.NaN, double.NaN)
    { Trial = trial };
}

/// <summary>Measures how fast a phase of a training is, and ends the training.</summary>
/// <param name="phase">The phase.</param>
/// <param name="seconds">The longest that it is watched, but for its first two reports.</param>
/// <param name="cancel">Ends the training before.</param>
internal sealed class Pace(TrainingPhase phase, double seconds, CancellationToken cancel) : IProgress<TrainingProgress>, IDisposable
{
    private const int Images = 32;

    private readonly CancellationTokenSource _over = CancellationTokenSource.CreateLinkedTokenSource(cancel);
    private (long Done, long At) _first;

    /// <summary>Cancelled once there is a result.</summary>
    public CancellationToken Over => _over.Token;

    /// <summary>
    /// The seconds of an image: without those of the first batch, which prepares what later ones use, where there are several. Infinite
    /// where the training did not come so far.
    /// </summary>
    public double SecondsOfAnImage { get; private set; } = double.PositiveInfinity;

    /// <inheritdoc/>
    public void Report(TrainingProgress value)
    {
        if (value.Phase != phase || value.Done == 0 || value.Finished is not null || _over.IsCancellationRequested) return;
        if (_first.Done == 0)
        {
            _first = (value.Done, Stopwatch.GetTimestamp());
            SecondsOfAnImage = 1 / value.ImagesPerSecond;
            return;
        }

        double elapsed = Stopwatch.GetElapsedTime(_first.At).TotalSeconds;
        SecondsOfAnImage = elapsed / (value.Done - _first.Done);
        if (value.Done - _first.Done >= Images || elapsed > seconds) _over.Cancel();
    }

    /// <inheritdoc/>
    public void Dispose() => _over.Dispose();
}
