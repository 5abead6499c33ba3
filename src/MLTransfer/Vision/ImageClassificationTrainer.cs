using System.Globalization;
using Microsoft.ML;
using Microsoft.ML.Runtime;
using MLTransfer.Errors;
using MLTransfer.Estimators;
using MLTransfer.Files;

namespace MLTransfer.Vision;

/// <summary>
/// ML.NET's trainer of image classifiers, with its names and defaults, on MLTransfer's networks: the features of every image are computed
/// once, and a linear classifier is trained on them by gradient descent. Needs a key column with the classes and a column of images; adds
/// <c>Score</c> (vector of single: a probability per class) and <c>PredictedLabel</c> (key). Make it with
/// <c>MulticlassClassification.Trainers.ImageClassification</c>.
/// </summary>
/// <remarks>What each option does here, and what it did there: <c>docs/from-image-classification.md</c>.</remarks>
public sealed partial class ImageClassificationTrainer : IEstimator<ImageClassificationTransformer>
{
    private const int MostEpochs = 99_999;
    private const string CacheSuffix = ".features";

    private readonly IHostEnvironment _environment;
    private readonly Options _options;

    internal ImageClassificationTrainer(IHostEnvironment environment, Options options)
    {
        (_environment, _options) = (environment, options);
        _ = Estimator(null, null);
    }

    /// <summary>The networks of ML.NET's trainer, and those that stand for them here.</summary>
    public enum Architecture
    {
        /// <summary>
        /// <c>resnet101</c>: ResNet-101 v1.5, where ML.NET has v2, whose norms and activations come before the convolutions.
        /// </summary>
        ResnetV2101,

        /// <summary><c>inception_v3</c>, the same network.</summary>
        InceptionV3,

        /// <summary><c>mobilenet_v2</c>, the same network.</summary>
        MobilenetV2,

        /// <summary><c>resnet50</c>: ResNet-50 v1.5, where ML.NET has v2.</summary>
        ResnetV250,
    }

    private string Backbone => _options.Backbone ?? _options.Arch switch
    {
        Architecture.ResnetV2101 => "resnet101",
        Architecture.InceptionV3 => "inception_v3",
        Architecture.MobilenetV2 => "mobilenet_v2",
        _ => "resnet50",
    };

    private string? Workspace => string.IsNullOrEmpty(_options.WorkspacePath) ? null : _options.WorkspacePath;

    /// <inheritdoc cref="ImageClassificationEstimator.Fit(IDataView)"/>
    public ImageClassificationTransformer Fit(IDataView input)
    {
        ArgumentNullException.ThrowIfNull(input);
        return Train(input, null);
    }

    /// <inheritdoc cref="Fit(IDataView)"/>
    /// <param name="trainData">Images and labels to train on.</param>
    /// <param name="validationData">Images to choose the best epoch by and to stop early, in place of those of the options.</param>
    public ImageClassificationTransformer Fit(IDataView trainData, IDataView validationData)
    {
        ArgumentNullException.ThrowIfNull(trainData);
        ArgumentNullException.ThrowIfNull(validationData);
        return Train(trainData, validationData);
    }

    /// <inheritdoc/>
    public SchemaShape GetOutputSchema(SchemaShape inputSchema) => Estimator(null, null).GetOutputSchema(inputSchema);

    private ImageClassificationTransformer Train(IDataView input, IDataView? validation)
    {
        // Programs filter the log by this source, which is ML.NET's.
        using IChannel channel = _environment.Register(nameof(ImageClassificationTrainer)).Start(nameof(ImageClassificationTrainer));
        FeatureExtractionEstimator estimator = Estimator(validation, new TrainingReports(_options, channel));
        foreach (string note in Notes()) channel.Warning(MessageSensitivity.UserData, note);
        if (_options.Backbone is null && _options.Arch is Architecture.ResnetV250 or Architecture.ResnetV2101)
        {
            channel.Info(MessageSensitivity.None,
                $"{_options.Arch} is trained as {Backbone}, a ResNet v1.5; its features differ from those of ResNet v2.");
        }

        if (Workspace is { } workspace) Directory.CreateDirectory(workspace);
        ImageClassificationTransformer model = estimator.Fit(input);
        if (_options.EarlyStoppingCriteria is not null && model.Training!.ValidationImages == 0)
        {
            channel.Warning(MessageSensitivity.None,
                "EarlyStoppingCriteria had no effect: there were no validation images. Set ValidationSet or ValidationSetFraction.");
        }

        if (Workspace is { } folder) TrySave(model, input.Schema, folder, channel);
        return model;
    }

    // The copy in the workspace is worth less than the model, which the caller can still save elsewhere.
    private void TrySave(ImageClassificationTransformer model, DataViewSchema input, string folder, IChannel channel)
    {
        // Addresses of graphs hold characters that file names cannot have everywhere.
        string file = Path.Combine(folder, $"{_options.FinalModelPrefix}{string.Concat(Backbone.Select(Plain))}.zip");
        try
        {
            AtomicFile.Write(file, stream => new MLContext().Model.Save(model, input, stream));
        }
        catch (Exception failure) when (failure is not OutOfMemoryException)
        {
            channel.Warning(MessageSensitivity.UserData,
                $"The model is trained, but it could not be written to '{file}': {failure.Message.TrimEnd('.')}. Save it with "
                + "Model.Save.");
        }

        static char Plain(char each) => char.IsLetterOrDigit(each) || each is '.' or '-' ? each : '_';
    }

    private FeatureExtractionEstimator Estimator(IDataView? validation, TrainingReports? reports)
    {
        OptionException.Resolve(null, () => Check.All(_options, Complaints()));
        string? Cache(string? name, string usual) => Workspace is { } workspace
            ? Path.Combine(workspace, (string.IsNullOrEmpty(name) ? usual : name) + CacheSuffix) : null;
        return new(_environment, new FeatureExtractionOptions
        {
            Backbone = Backbone,
            Weights = _options.Weights,
            WeightStore = _options.WeightStore,
            LabelColumnName = _options.LabelColumnName,
            ImageColumnName = _options.FeatureColumnName,
            ScoreColumnName = _options.ScoreColumnName,
            PredictedLabelColumnName = _options.PredictedLabelColumnName,
            Optimizer = OptimizerKind.Sgd,
            Momentum = 0,
            WeightDecay = 0,
            Epochs = Math.Min(_options.Epoch, MostEpochs),
            BatchSize = _options.BatchSize,
            LearningRate = TrainingReports.FirstRate(_options),
            StepRate = reports?.Rate(),
            StopsAfter = reports is null ? null : reports.Finished,
            Extracted = reports is null ? null : reports.Extracted,
            Validation = validation ?? _options.ValidationSet,
            ValidationFraction = _options.ValidationSetFraction ?? 0,
            ValidationIsOptional = true,
            CacheFolder = Cache(_options.TrainSetBottleneckCachedValuesFileName, DefaultTrainingCache),
            ValidationCacheFolder = Cache(_options.ValidationSetBottleneckCachedValuesFileName, DefaultValidationCache),
            ReusesFeatures = _options.ReuseTrainSetBottleneckCachedValues,
            ReusesValidationFeatures = _options.ReuseValidationSetBottleneckCachedValues,
        });
    }

    private IEnumerable<string?> Complaints() =>
    [
        Check.NotBlank(_options.LabelColumnName, nameof(Options.LabelColumnName)),
        Check.NotBlank(_options.FeatureColumnName, nameof(Options.FeatureColumnName)),
        Check.NotBlank(_options.ScoreColumnName, nameof(Options.ScoreColumnName)),
        Check.NotBlank(_options.PredictedLabelColumnName, nameof(Options.PredictedLabelColumnName)),
        Check.Known(_options.Arch, nameof(Options.Arch)),
        Check.Between(1, _options.Epoch, int.MaxValue, nameof(Options.Epoch)),
        Check.Between(1, _options.BatchSize, 65_536, nameof(Options.BatchSize)),
        _options.LearningRateScheduler is null ? Check.Positive(_options.LearningRate, nameof(Options.LearningRate))
            : Check.Positive(TrainingReports.FirstRate(_options), "The first learning rate of LearningRateScheduler"),
        Check.FractionBelowOne(_options.ValidationSetFraction ?? 0, nameof(Options.ValidationSetFraction)),
    ];

    /// <summary>The options that have no effect, one sentence each.</summary>
    private IEnumerable<string> Notes()
    {
        if (_options.Epoch > MostEpochs) yield return $"Epoch is {_options.Epoch}; at most {MostEpochs} are trained.";
        if (_options.LearningRateScheduler is not null && _options.LearningRate is not DefaultLearningRate
            && _options.LearningRate != TrainingReports.FirstRate(_options))
        {
            yield return string.Create(CultureInfo.InvariantCulture,
                $"LearningRate, {_options.LearningRate}, has no effect: LearningRateScheduler begins with "
                + $"{TrainingReports.FirstRate(_options)}. Give the rate to the scheduler, or set LearningRateScheduler to null.");
        }

        if (_options.Backbone is not null && _options.Arch != Architecture.ResnetV250)
            yield return $"Arch, {_options.Arch}, has no effect: Backbone, {_options.Backbone}, is trained.";
        string[] kept =
        [
            .. _options.ReuseTrainSetBottleneckCachedValues ? [nameof(Options.ReuseTrainSetBottleneckCachedValues)] : Array.Empty<string>(),
            .. _options.ReuseValidationSetBottleneckCachedValues
                ? [nameof(Options.ReuseValidationSetBottleneckCachedValues)] : Array.Empty<string>(),
            .. _options.FinalModelPrefix != DefaultModelPrefix ? [nameof(Options.FinalModelPrefix)] : Array.Empty<string>(),
        ];
        if (Workspace is null && kept.Length > 0)
        {
            yield return $"{string.Join(", ", kept)} {(kept.Length == 1 ? "has" : "have")} no effect: WorkspacePath is not given, so "
                + "nothing is kept.";
        }
    }
}
