using System.CommandLine;
using MLTransfer.Cli.CommandLine;
using MLTransfer.Data;
using MLTransfer.Models;

namespace MLTransfer.Cli.Train;

/// <summary>Checks what 'mlt train' was asked, before any work.</summary>
internal static class TrainRequest
{
    /// <exception cref="UsageException">Something asked cannot be done.</exception>
    internal static TrainArguments Of(ParseResult asked, TrainOptions options, string cacheFolder)
    {
        var fineTune = asked.GetRequiredValue(options.Mode) == TrainOptions.FineTune;
        RefuseContradictions(asked, options, fineTune);
        var arguments = new TrainArguments
        {
            Data = Paths.ExistingFolder("--data", asked.GetRequiredValue(options.Data)),
            Validation = asked.GetValue(options.Validation) is { } validation ? Paths.ExistingFolder("--val", validation) : null,
            ValidationFraction = asked.GetValue(options.ValidationFraction) ?? TrainOptions.DefaultValidationFraction,
            FineTune = fineTune,
            Backbone = KnownBackbone(asked.GetRequiredValue(options.Backbone)),
            Weights = FileOrNone("--weights", asked.GetRequiredValue(options.Weights)),
            Layers = asked.GetValue(options.TrainFrom) is { } layer ? Layers.From(layer) : Layers.All,
            Epochs = asked.GetValue(options.Epochs),
            BatchSize = asked.GetValue(options.BatchSize),
            LearningRate = asked.GetValue(options.LearningRate),
            Optimizer = asked.GetValue(options.Optimizer),
            Schedule = asked.GetValue(options.Schedule),
            ImageSize = asked.GetValue(options.ImageSize),
            Precision = PrecisionOf(asked.GetRequiredValue(options.Precision)),
            Device = asked.GetValue(options.Device) ?? DeviceKind.Auto,
            Threads = asked.GetValue(options.Threads),
            Seed = asked.GetValue(options.Seed) ?? TrainOptions.DefaultSeed,
            StopOnBadPicture = asked.GetValue(options.StopOnBadPicture),
            CacheFolder = CacheOf(asked.GetValue(options.Cache), cacheFolder),
            Out = OutputFile.Checked("--out", asked.GetRequiredValue(options.Out)),
        };
        if (arguments.Validation is not null)
            RequireKnownClasses(arguments.Data, arguments.Validation);
        return arguments with { Report = ReportIn(asked.GetValue(options.Report)) };
    }

    private static void RefuseContradictions(ParseResult asked, TrainOptions options, bool fineTune)
    {
        if (asked.GetValue(options.Validation) is not null && asked.GetValue(options.ValidationFraction) is not null)
            throw new UsageException("--val and --val-fraction exclude each other: validate on a folder, or on a share of --data.");
        if (!fineTune && asked.GetValue(options.TrainFrom) is not null)
            throw new UsageException("--train-from is for --mode finetune; with --mode features every layer of the backbone is frozen.");
        if (fineTune && asked.GetValue(options.Cache) is not null)
            throw new UsageException("--cache is for --mode features; fine-tuning changes the features in every step, so there is nothing to keep.");
    }

    private static string KnownBackbone(string name)
    {
        try
        {
            return ModelZoo.Find(name).Name;
        }
        catch (ArgumentException unknown)
        {
            throw Asked.Wrongly("--backbone", unknown);
        }
    }

    private static Precision PrecisionOf(string word) => word switch
    {
        "float32" => Precision.Float32,
        "bf16" => Precision.BFloat16,
        _ => Precision.Auto,
    };

    private static string? FileOrNone(string option, string path) =>
        path == TrainOptions.None ? null : Paths.ExistingFile(option, path);

    private static string? CacheOf(string? asked, string cacheFolder) => asked switch
    {
        null => Path.Combine(cacheFolder, CacheFolders.Features),
        TrainOptions.None => null,
        _ => asked,
    };

    private static OutputFile? ReportIn(string? folder) =>
        folder is null ? null : OutputFile.Checked("--report", Path.Combine(Paths.NewFolder("--report", folder), TrainReport.FileName));

    private static void RequireKnownClasses(string data, string validation)
    {
        var known = ClassesOf(data);
        string[] unknown = [.. ClassesOf(validation).Except(known)];
        if (unknown.Length == 0)
            return;
        throw new UsageException($"--val has classes that --data has not: {string.Join(", ", unknown)}. Classes of --data: {string.Join(", ", known)}.");
    }

    private static string[] ClassesOf(string folder) => [.. ImageFolder.List(folder).Select(file => file.Label).Distinct()];
}
