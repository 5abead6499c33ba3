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
            Try(new AutoTrial(Recipe.Default.Name, null, 0), until: null);
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
        var space = SearchSpace.Of(_best!, options);
        IReadOnlyList<AutoTrial> candidates =
            AutoSearch.Candidates(space.ImageSize, space.OtherSizes, space.Smallest, space.Trainable);
        using var end = CancellationTokenSource.CreateLinkedTokenSource(options.Cancellation);
        end.CancelAfter(TimeSpan.FromSeconds(Math.Clamp(SecondsLeft, 0, int.MaxValue / 1000)));
        TrialCosts? costs = Over is null && SecondsLeft > 0 ? Measured(space, end.Token) : null;
        if (costs is null)
        {
            _trials.AddRange(candidates.Select(trial => trial with { Why = Over ?? "the time was over before its cost was measured" }));
            return;
        }

        var search = new AutoSearch(candidates, costs);
        while (Over is null && !end.IsCancellationRequested && search.Next(SecondsLeft) is { } next)
        {
            (AutoTrial finished, bool isWhole) = Try(next, end.Token, space.OtherSizes);
            if (isWhole) costs.Learn(finished);
        }

        _trials.AddRange(search.NotTried(Over, SecondsLeft));
    }

    /// <summary>Why nothing else is tried, whatever time is left; null where there is no such reason.</summary>
    private string? Over => options.Cancellation.IsCancellationRequested ? "the search was canceled"
        // Nothing can be told to be better.
        : _kept is { ValidationAccuracy: 1 } && EpochChoice.CountsRightOnly(options.ChooseBy)
            ? "every validation image is right already" : null;

    /// <summary>Runs a trial, and keeps its model if it is the best so far.</summary>
    /// <param name="trial">The trial.</param>
    /// <param name="until">Ends its epochs; null where it has all the time it needs.</param>
    /// <param name="sized">Whether its image size is set; else it is the network's own, or that of the options.</param>
    /// <returns>The trial with its result, and whether it had all its epochs.</returns>
    private (AutoTrial Trial, bool IsWhole) Try(AutoTrial trial, CancellationToken? until, bool sized = false)
    {
        trial = trial with { Number = _trials.Count + 1 };
        var progress = options.Progress is { } asked ? new TrialProgress(asked, trial) : null;
        progress?.Begin();
        double before = _clock.Elapsed.TotalSeconds;
        ImageClassificationOptions chosen = Options(trial, sized);
        (ImageClassificationTransformer? model, string why) = Fit(chosen with
        {
            Progress = progress,
            EpochsUntil = until,
            TensorBoardFolder = options.TensorBoardFolder is { } folder
                ? Path.Combine(folder, string.Create(CultureInfo.InvariantCulture, $"trial{trial.Number}")) : null,
        }, isFirst: _best is null, images);
        trial = trial with { Seconds = _clock.Elapsed.TotalSeconds - before, Why = why };
        bool isWhole = model?.Training!.Epochs.Count == chosen.Epochs;
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
        return (trial, isWhole);
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
            int done = model.Training!.Epochs.Count;
            bool isCut = chosen.Until.IsCancellationRequested && done < chosen.Epochs;
            return (model, isCut ? $"{End}, after {done} of {chosen.Epochs} epochs" : "");
        }
        catch (TrainingFailedException failure)
        {
            return (failure.Model, $"ended by an error: {failure.Model.Training!.Failure}");
        }
        catch (OperationCanceledException) when (!isFirst)
        {
            return (null, $"{End}, before its first epoch was over");
        }
        // The first trial tells what is wrong with the data or the options. Whatever happens in a later one, such as a lack of memory, the
        // best model so far is not lost.
        catch (Exception failure) when (!isFirst)
        {
            return (null, $"failed: {failure.Message}");
        }
    }

    private string End => options.Cancellation.IsCancellationRequested ? "canceled" : "ended at the end of the time";

    private ImageClassificationEstimator Estimator(ImageClassificationOptions chosen) => chosen is FineTuningOptions fineTuning
        ? new FineTuningEstimator(environment, fineTuning)
        : new FeatureExtractionEstimator(environment, (FeatureExtractionOptions)chosen);

    private static EpochResult ResultOf(TrainingSummary training) => training.Chosen!;

    /// <summary>Measures what trials take, by beginning some; null where the time is over.</summary>
    private TrialCosts? Measured(SearchSpace space, CancellationToken until)
    {
        TrainingSummary first = _best!.Training!;
        double before = _clock.Elapsed.TotalSeconds;
        (Pace scoring, _) = Begin(options.Features(Recipe.Default) with { CacheFolder = null }, TrainingPhase.Features, space, until);
        double forward = scoring.SecondsOfAnImage;
        var costs = new TrialCosts(images.Training.Count, images.Validation!.Count, space.ImageSize)
        {
            Forward = forward,
            HeadEpoch = first.TrainingSeconds / first.Epochs.Count,
            Start = Math.Max(0, _clock.Elapsed.TotalSeconds - before - forward * scoring.Done),
        };
        foreach (Layers layers in space.Trainable)
        {
            FineTuningOptions tuning =
                options.FineTuning(Recipe.Default, layers) with { HeadWarmup = false, BatchSize = MeasuringBatch };
            (Pace training, string why) = Begin(tuning, TrainingPhase.Training, space, until);
            if (double.IsFinite(training.SecondsOfAnImage)) costs.Measured(layers, training.SecondsOfAnImage);
            else costs.NotMeasured(layers, why);
        }

        return until.IsCancellationRequested ? null : costs;
    }

    /// <summary>Begins a training, and ends it once its pace is known.</summary>
    private (Pace Pace, string Why) Begin(
        ImageClassificationOptions chosen, TrainingPhase phase, SearchSpace space, CancellationToken until)
    {
        using var over = CancellationTokenSource.CreateLinkedTokenSource(until);
        var pace = new Pace(phase, MeasuringShare * SecondsLeft, TimeProvider.System, over.Cancel);
        (ImageClassificationTransformer? model, string why) = Fit(chosen with
        {
            Epochs = 1,
            Progress = pace,
            EpochsUntil = over.Token,
            TensorBoardFolder = null,
            TensorBoardHistograms = false,
            Rejection = null,
            SoupOf = 0,
            ImageSize = space.OtherSizes ? space.ImageSize : chosen.ImageSize,
        }, isFirst: false, images with { Validation = null });
        model?.Dispose();
        return (pace, why);
    }

    private ImageClassificationTransformer Result(ImageClassificationTransformer best)
    {
        TrainingSummary training = best.Training!;
        ImagePrediction[] tested = Tested(best);
        int scored = tested.Count(found => found.Error is null);
        int right = tested.Zip(test.Labels).Count(pair => pair.First.Error is null && pair.First.Label == images.Classes[pair.Second]);
        best.Training = training with
        {
            Trials = [.. _trials.Select(Judged)],
            TestImages = scored,
            TestAccuracy = scored == 0 ? double.NaN : (double)right / scored,
            Skipped =
            [
                .. training.Skipped,
                .. tested.Index().Where(each => each.Item.Error is not null)
                    .Select(each => new SkippedImage(each.Index, each.Item.Name, each.Item.Error!)),
            ],
            HeldBack = options.Test is null ? images.Files(test) : [],
            // That a trial was cut short is said of the trial.
            StoppedEarly = training.StoppedEarly && _kept!.Why.Length == 0,
            Cancelled = options.Cancellation.IsCancellationRequested,
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

    /// <summary>What the model says of the test images; of none where the search was canceled.</summary>
    private ImagePrediction[] Tested(ImageClassificationTransformer model)
    {
        try
        {
            return [.. model.Predict(test.Images, options.Cancellation)];
        }
        catch (OperationCanceledException)
        {
            return [];
        }
    }

    /// <summary>What may be tried with a network.</summary>
    /// <param name="ImageSize">The image size of the first trial.</param>
    /// <param name="OtherSizes">Whether others may be tried.</param>
    /// <param name="Smallest">The smallest that the network takes.</param>
    /// <param name="Trainable">What of it can be fine-tuned: all layers, and the upper half.</param>
    private sealed record SearchSpace(int ImageSize, bool OtherSizes, int Smallest, IReadOnlyList<Layers> Trainable)
    {
        public static SearchSpace Of(ImageClassificationTransformer first, AutoOptions options)
        {
            BackboneChoice choice = options.Resolve();
            Backbone backbone = choice.Backbone;
            IReadOnlyList<LayerGroup> groups = first.Network.Groups;
            bool isFree = options is { ImageSize: null, ResizeTo: null, Preprocessing: null } && first.Preprocessing.Transforms is null
                && !backbone.IsFrozen && backbone.ImageSizeMultiple == 1 && !StartingModel.IsNamedBy(choice);
            Layers[] layers = backbone.IsFrozen ? [] : groups.Count < 2 ? [Layers.All]
                : [Layers.All, Layers.From(groups[(groups.Count + 1) / 2].Name)];
            return new(first.Preprocessing.CropTo, isFree, backbone.MinimumImageSize, layers);
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
/// <param name="clock">Measures the time.</param>
/// <param name="end">Ends the training.</param>
internal sealed class Pace(TrainingPhase phase, double seconds, TimeProvider clock, Action end) : IProgress<TrainingProgress>
{
    private const int Images = 32;

    private (long Done, long At) _first;

    /// <summary>The images that were watched.</summary>
    public long Done { get; private set; }

    /// <summary>
    /// The seconds of an image: without those of the first batch, which prepares what later ones use, where there are several. Infinite
    /// where the training did not come so far.
    /// </summary>
    public double SecondsOfAnImage { get; private set; } = double.PositiveInfinity;

    /// <inheritdoc/>
    public void Report(TrainingProgress value)
    {
        if (value.Phase != phase || value.Done <= Done || value.Finished is not null) return;
        Done = value.Done;
        if (_first.Done == 0)
        {
            _first = (Done, clock.GetTimestamp());
            SecondsOfAnImage = 1 / value.ImagesPerSecond;
            return;
        }

        double elapsed = clock.GetElapsedTime(_first.At).TotalSeconds;
        SecondsOfAnImage = elapsed / (Done - _first.Done);
        if (Done - _first.Done >= Images || elapsed > seconds) end();
    }
}
