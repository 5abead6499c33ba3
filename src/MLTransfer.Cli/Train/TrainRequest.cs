using System.CommandLine;
using MLTransfer.Cli.CommandLine;
using MLTransfer.Data;
using MLTransfer.Errors;
using MLTransfer.Estimators;
using MLTransfer.Imaging;
using MLTransfer.Models;
using MLTransfer.Training;
using MLTransfer.Weights;

namespace MLTransfer.Cli.Train;

/// <summary>The validated arguments of 'mlt train'.</summary>
internal sealed record TrainArguments
{
    /// <summary>The training options, without live objects such as progress and cancellation.</summary>
    internal required ImageClassificationOptions Options { get; init; }

    /// <summary>The parsed value of <see cref="ImageClassificationOptions.Weights"/>.</summary>
    internal WeightsReference Weights { get; init; } = WeightsReference.Random;

    internal required string Data { get; init; }

    /// <summary>The opened data sets.</summary>
    internal TrainData Images { get; init; } = null!;

    /// <summary>The folds of a cross-validation; empty where there is none.</summary>
    internal IReadOnlyList<TrainFold> Folds { get; init; } = [];

    internal string? Validation { get; init; }

    internal string? Test { get; init; }

    /// <summary>The options for reading the validation data set, as the user would type them again, each after a space.</summary>
    internal string Reading { get; init; } = "";

    internal int Seed { get; init; }

    /// <summary>The file of the model; null in a search for a learning rate, which makes none.</summary>
    internal OutputFile? Out { get; init; }

    /// <summary>The file of the HTML report; null where none is wanted.</summary>
    internal OutputFile? Report { get; init; }

    internal string Mode => TrainOptions.ModeOf(Options.GetType());

    /// <summary>--max-pixels; null where it keeps its default.</summary>
    internal int? MaximumPixels =>
        Options.MaximumPixels == ImageLimits.Default.Pixels ? null : (int)Options.MaximumPixels;

    /// <summary>The same arguments, with folders of its own for one training of a cross-validation.</summary>
    internal TrainArguments WithFoldersOf(string training)
    {
        var options = Options with { TensorBoardFolder = Within(Options.TensorBoardFolder) };
        return this with
        {
            Options = options is FineTuningOptions tuning ? tuning with { CheckpointFolder = Within(tuning.CheckpointFolder) } : options,
        };

        string? Within(string? folder) => folder is null ? null : Path.Combine(folder, training);
    }
}

/// <summary>Validates the arguments of 'mlt train' before any work.</summary>
internal static class TrainRequest
{
    /// <exception cref="UsageException">An argument cannot be used.</exception>
    internal static TrainArguments Of(ParseResult asked, TrainOptions options, CommandContext context)
    {
        RefuseContradictions(asked, options);
        var training = options.Read(asked);
        var (backbone, weights) = Resolve(training);
        var data = Paths.Existing("--data", asked.GetRequiredValue(options.Data));
        var validation = asked.GetValue(options.Validation) is { } path ? Paths.Existing("--val", path) : null;
        var test = asked.GetValue(options.Test) is { } tested ? Paths.Existing("--test", tested) : null;
        if (weights.File is { } file)
            Paths.ExistingFile("--weights", file);
        var arguments = new TrainArguments
        {
            Options = WithFolders(training, context.CacheFolder) with
            {
                Backbone = backbone.IsFrozen ? training.Backbone : backbone.Name,
                WeightStore = options.Store.CreateStore(asked, context),
                ValidationFraction = IsGiven(nameof(training.ValidationFraction)) ? training.ValidationFraction
                    : TrainOptions.DefaultValidationFraction,
            },
            Weights = weights,
            Data = data,
            Validation = validation,
            Test = test,
            Reading = options.Dataset.ToArguments(asked, test ?? validation ?? data),
            Seed = asked.GetValue(options.Seed) ?? TrainOptions.DefaultSeed,
            Out = asked.GetResult(options.Out) is null ? null : OutputFile.Checked("--out", asked.GetRequiredValue(options.Out)),
            Report = ReportIn(asked.GetValue(options.Report)),
        };
        return WithImages(arguments, asked, options, ownValidation: !IsGiven(nameof(training.ValidationFraction)));

        bool IsGiven(string property) => options[property].IsGiven(asked);
    }

    private static TrainArguments WithImages(TrainArguments arguments, ParseResult asked, TrainOptions options, bool ownValidation)
    {
        var (data, validation) = (arguments.Data, arguments.Validation);
        const StringSplitOptions names = StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries;
        string[] trainedOn = asked.GetValue(options.Split)?.Split(',', names) ?? [];
        var reading = options.Dataset.Bind(asked, [data, validation ?? data, arguments.Test ?? data]);
        if (asked.GetValue(options.Folds) is { } folds)
        {
            var (whole, each) = TrainFold.Open(data, folds, trainedOn, arguments.Seed, reading);
            return arguments with { Images = whole, Folds = each, Options = arguments.Options with { ValidationFraction = 0 } };
        }
        var splits = new TrainSplits(trainedOn, asked.GetValue(options.ValidationSplit), ownValidation)
        {
            Tests = arguments.Options is AutoOptions, Test = arguments.Test,
        };
        return arguments with { Images = TrainData.Open(data, validation, splits, reading) };
    }

    private static BackboneChoice Resolve(ImageClassificationOptions options)
    {
        try
        {
            return options.Resolve();
        }
        catch (OptionException refusal)
        {
            throw TypedNames.Refusal(refusal);
        }
    }

    private static void RefuseContradictions(ParseResult asked, TrainOptions options)
    {
        var data = asked.GetValue(options.Validation) is not null;
        var fraction = options[nameof(ImageClassificationOptions.ValidationFraction)].IsGiven(asked);
        var split = asked.GetValue(options.ValidationSplit) is not null;
        if (data && fraction)
            throw new UsageException("--val and --val-fraction exclude each other: validate on a folder, or on a fraction of --data.");
        if (split && (data || fraction))
        {
            throw new UsageException(
                "--val-split excludes --val and --val-fraction: validate on a split of --data, on other images, or on a fraction of "
                + "--data.");
        }
        RefuseWithAuto(asked, options);
        if (asked.GetValue(options.Folds) is null)
            return;
        if (data || split || fraction)
            throw new UsageException("--folds excludes --val, --val-split and --val-fraction: each fold serves as validation set once.");
        if (options[nameof(ImageClassificationOptions.SoupOf)].IsGiven(asked))
            throw new UsageException(
                "--soup chooses epochs by validation images, and the model of --folds is trained on all images; leave one of them out.");
        if (options[nameof(ImageClassificationOptions.Rejection)].IsGiven(asked))
            throw new UsageException(
                "--reject chooses thresholds by validation images, and the model of --folds is trained on all images; leave one of them "
                + "out.");
        if (asked.GetValue(options.Report) is not null)
            throw new UsageException("--report covers one training, and --folds runs several; leave one of them out.");
    }

    private static void RefuseWithAuto(ParseResult asked, TrainOptions options)
    {
        if (asked.GetRequiredValue(options.Mode) != TrainOptions.Auto)
        {
            if (asked.GetValue(options.Test) is not null)
            {
                throw new UsageException(
                    $"--test is for --mode {TrainOptions.Auto}, which chooses among trainings; measure another model with 'mlt evaluate'.");
            }
            return;
        }
        if (asked.GetResult(options.Recipe) is { Implicit: false })
            throw TrainOptions.ChosenByTrials(options.Recipe.Name);
        if (asked.GetValue(options.Folds) is not null)
            throw new UsageException($"--folds repeats one training, and --mode {TrainOptions.Auto} tries several; leave one of them out.");
    }

    /// <summary>Checks the folders that a training writes to, and fills in the default cache folder.</summary>
    private static ImageClassificationOptions WithFolders(ImageClassificationOptions options, string? cacheFolder)
    {
        if (options.TensorBoardFolder is { } board)
            WritableFolder("--tensorboard", board);
        var cached = options with { CacheFolder = CacheOf(options.CacheFolder, cacheFolder) };
        return cached switch
        {
            AutoOptions auto => auto with { MeasuredFile = MeasuredChoices.FileIn(cacheFolder) },
            FineTuningOptions fineTuning => fineTuning with
            {
                CheckpointFolder = fineTuning.CheckpointFolder is { } folder ? Paths.NewFolder("--checkpoint", folder) : null,
                MeasuredFile = MeasuredChoices.FileIn(cacheFolder),
            },
            _ => cached,
        };
    }

    private static string? CacheOf(string? asked, string? cacheFolder) => asked switch
    {
        null => cacheFolder is null ? null : Path.Combine(cacheFolder, CacheFolders.Features),
        TrainOptions.None => null,
        _ => WritableFolder("--cache", asked),
    };

    // A folder that was named must be writable; the default one is not checked here.
    private static string WritableFolder(string option, string path)
    {
        OutputFile.Checked(option, Path.Combine(Paths.NewFolder(option, path), "file"));
        return path;
    }

    internal static OutputFile? ReportIn(string? folder) =>
        folder is null ? null : OutputFile.Checked("--report", Path.Combine(Paths.NewFolder("--report", folder), TrainReport.FileName));
}
