using System.CommandLine;
using MLTransfer.Cli.CommandLine;
using MLTransfer.Data;
using MLTransfer.Errors;
using MLTransfer.Imaging;
using MLTransfer.Models;
using MLTransfer.Weights;

namespace MLTransfer.Cli.Train;

/// <summary>Checks what 'mlt train' was asked, before any work.</summary>
internal static class TrainRequest
{
    /// <exception cref="UsageException">Something asked cannot be done.</exception>
    internal static TrainArguments Of(ParseResult asked, TrainOptions options, CommandContext context)
    {
        var fineTune = asked.GetRequiredValue(options.Mode) == TrainOptions.FineTune;
        RefuseContradictions(asked, options, fineTune);
        var backbone = KnownBackbone.Of(asked.GetRequiredValue(options.Backbone)).Name;
        var arguments = new TrainArguments
        {
            Data = Paths.Existing("--data", asked.GetRequiredValue(options.Data)),
            Validation = asked.GetValue(options.Validation) is { } validation ? Paths.Existing("--val", validation) : null,
            Reading = options.Dataset.Typed(asked, asked.GetValue(options.Validation) ?? asked.GetRequiredValue(options.Data)),
            ValidationFraction = asked.GetValue(options.ValidationFraction) ?? TrainOptions.DefaultValidationFraction,
            FineTune = fineTune,
            Backbone = backbone,
            Weights = KnownWeights(asked.GetValue(options.Weights) ?? WeightsReference.Default, backbone),
            Store = options.Store.Of(asked, context),
            Head = asked.GetValue(options.Head),
            Layers = asked.GetValue(options.TrainFrom) is { } layer ? Layers.From(layer) : Layers.All,
            Balance = asked.GetValue(options.Balance) ?? ClassBalance.None,
            Epochs = asked.GetValue(options.Epochs),
            BatchSize = asked.GetValue(options.BatchSize),
            LearningRate = asked.GetValue(options.LearningRate),
            Optimizer = asked.GetValue(options.Optimizer),
            Schedule = asked.GetValue(options.Schedule),
            WeightDecay = asked.GetValue(options.WeightDecay),
            LabelSmoothing = asked.GetValue(options.LabelSmoothing),
            Augmentation = asked.GetValue(options.Augment) is { } augmentation ? KnownAugmentation(augmentation) : null,
            Mixup = asked.GetValue(options.Mixup),
            CutMix = asked.GetValue(options.CutMix),
            ImageSize = asked.GetValue(options.ImageSize),
            Precision = PrecisionOf(asked.GetRequiredValue(options.Precision)),
            Device = asked.GetValue(options.Device) ?? DeviceKind.Auto,
            Threads = asked.GetValue(options.Threads),
            Seed = asked.GetValue(options.Seed) ?? TrainOptions.DefaultSeed,
            MaximumPixels = asked.GetValue(options.MaximumPixels),
            StopOnBadImage = asked.GetValue(options.StopOnBadImage),
            CacheFolder = CacheOf(asked.GetValue(options.Cache), context.CacheFolder),
            ImageMemory = asked.GetValue(options.ImageMemory),
            ReducedScale = asked.GetValue(options.ReducedScale),
            CheckpointFolder = asked.GetValue(options.Checkpoint) is { } checkpoint ? Paths.NewFolder("--checkpoint", checkpoint) : null,
            Out = OutputFile.Checked("--out", asked.GetRequiredValue(options.Out)),
        };
        RequireImageSize(arguments);
        arguments = arguments with { Report = ReportIn(asked.GetValue(options.Report)) };
        const StringSplitOptions names = StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries;
        string[] trainedOn = asked.GetValue(options.Split)?.Split(',', names) ?? [];
        var reading = options.Dataset.Of(asked, arguments.Data, arguments.Validation ?? arguments.Data);
        if (asked.GetValue(options.Folds) is { } folds)
        {
            var (whole, each) = TrainFold.Open(arguments.Data, folds, trainedOn, arguments.Seed, reading);
            return arguments with { Images = whole, Folds = each, ValidationFraction = 0 };
        }
        var isOwn = asked.GetValue(options.ValidationFraction) is null;
        var splits = new TrainSplits(trainedOn, asked.GetValue(options.ValidationSplit), OwnValidation: isOwn);
        return arguments with { Images = TrainData.Open(arguments.Data, arguments.Validation, splits, reading) };
    }

    private static void RefuseContradictions(ParseResult asked, TrainOptions options, bool fineTune)
    {
        if (asked.GetValue(options.Validation) is not null && asked.GetValue(options.ValidationFraction) is not null)
            throw new UsageException("--val and --val-fraction exclude each other: validate on a folder, or on a share of --data.");
        var other = asked.GetValue(options.Validation) ?? (object?)asked.GetValue(options.ValidationFraction);
        if (asked.GetValue(options.ValidationSplit) is not null && other is not null)
        {
            throw new UsageException(
                "--val-split excludes --val and --val-fraction: validate on a split of --data, on other images, or on a fraction of --data.");
        }
        if (asked.GetValue(options.Folds) is not null)
            RefuseWithFolds(asked, options);
        if (!fineTune && asked.GetValue(options.TrainFrom) is not null)
            throw new UsageException("--train-from is for --mode finetune; with --mode features every layer of the backbone is frozen.");
        if (!fineTune && (asked.GetValue(options.ImageMemory) is not null || asked.GetValue(options.ReducedScale)))
            throw new UsageException("--image-memory and --reduced-scale are for --mode finetune; with --mode features every image is "
                + "decoded once, as a whole.");
        if (!fineTune && asked.GetValue(options.Checkpoint) is not null)
            throw new UsageException("--checkpoint is for --mode finetune; with --mode features the features are kept in --cache, and "
                + "the head trains in seconds.");
        if (!fineTune && (asked.GetValue(options.Augment) ?? (object?)asked.GetValue(options.Mixup)
            ?? asked.GetValue(options.CutMix)) is not null)
            throw new UsageException("--augment, --mixup and --cutmix are for --mode finetune; with --mode features every image goes "
                + "through the backbone once, as it is.");
        if (asked.GetValue(options.Balance) == ClassBalance.Weights && (asked.GetValue(options.Mixup) ?? 0)
            + (asked.GetValue(options.CutMix) ?? 0) > 0)
            throw new UsageException("--balance weights does not go with --mixup and --cutmix, which join images of several classes; "
                + "use --balance sampling.");
        if (fineTune && asked.GetValue(options.Cache) is not null)
            throw new UsageException("--cache is for --mode features; fine-tuning changes the features in every step, so there is "
                + "nothing to keep.");
    }

    private static void RefuseWithFolds(ParseResult asked, TrainOptions options)
    {
        var held = asked.GetValue(options.Validation) ?? asked.GetValue(options.ValidationSplit);
        if ((held ?? (object?)asked.GetValue(options.ValidationFraction)) is not null)
            throw new UsageException("--folds excludes --val, --val-split and --val-fraction: each fold is validated on in its turn.");
        if (asked.GetValue(options.Report) is not null)
            throw new UsageException("--report is about one training, and --folds makes several; leave one of them out.");
    }

    private static void RequireImageSize(TrainArguments arguments)
    {
        try
        {
            if (arguments.ImageSize is { } size)
                ModelZoo.Find(arguments.Backbone).CheckInputSize(size);
        }
        catch (ArgumentException refusal)
        {
            throw UsageError.For("--image-size", refusal);
        }
    }

    private static string KnownAugmentation(string asked) => Presets.Names.Contains(asked, StringComparer.OrdinalIgnoreCase)
        ? asked
        : throw new UsageException($"--augment: there is no augmentation '{asked}'. Known are "
        + $"{string.Join(", ", Presets.Names)}.{NearestName.Question(asked, Presets.Names)}");

    private static Precision PrecisionOf(string word) => word switch
    {
        "float32" => Precision.Float32,
        "bf16" => Precision.BFloat16,
        _ => Precision.Auto,
    };

    private static string KnownWeights(string asked, string backbone)
    {
        try
        {
            if (WeightsReference.Parse(asked, backbone).File is { } file)
                Paths.ExistingFile("--weights", file);
            return asked;
        }
        catch (ArgumentException unknown)
        {
            throw UsageError.For("--weights", unknown);
        }
    }

    private static string? CacheOf(string? asked, string? cacheFolder) => asked switch
    {
        null => cacheFolder is null ? null : Path.Combine(cacheFolder, CacheFolders.Features),
        TrainOptions.None => null,
        _ => WritableFolder("--cache", asked),
    };

    // Whoever names a folder wants it used; only the usual one is left out where it cannot be.
    private static string WritableFolder(string option, string path)
    {
        OutputFile.Checked(option, Path.Combine(Paths.NewFolder(option, path), "features"));
        return path;
    }

    private static OutputFile? ReportIn(string? folder) =>
        folder is null ? null : OutputFile.Checked("--report", Path.Combine(Paths.NewFolder("--report", folder), TrainReport.FileName));
}
