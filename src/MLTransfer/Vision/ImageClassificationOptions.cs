using Microsoft.ML;
using Microsoft.ML.Trainers;
using MLTransfer.Weights;

namespace MLTransfer.Vision;

public sealed partial class ImageClassificationTrainer
{
    /// <summary>
    /// The options of ML.NET's trainer, with its names and defaults, and three of MLTransfer: <see cref="Weights"/>,
    /// <see cref="WeightStore"/> and <see cref="Backbone"/>. They are read when <c>Fit</c> begins.
    /// </summary>
    public sealed class Options
    {
        /// <summary>The key column with the classes. Default: <c>Label</c>.</summary>
        public string LabelColumnName { get; set; } = "Label";

        /// <summary>
        /// The column with the images: encoded files (vector of bytes), as <c>LoadRawImageBytes</c> makes it; paths (text) and
        /// <c>MLImage</c> work, too. Default: <c>Features</c>.
        /// </summary>
        public string FeatureColumnName { get; set; } = "Features";

        /// <summary>The column that the model adds with a probability per class. Default: <c>Score</c>.</summary>
        public string ScoreColumnName { get; set; } = "Score";

        /// <summary>The key column that the model adds with the class of the highest probability. Default: <c>PredictedLabel</c>.</summary>
        public string PredictedLabelColumnName { get; set; } = "PredictedLabel";

        /// <summary>The network. Default: <see cref="Architecture.ResnetV250"/>.</summary>
        public Architecture Arch { get; set; } = Architecture.ResnetV250;

        /// <summary>A network of <see cref="Models.ModelZoo"/> in place of <see cref="Arch"/>. Default: null.</summary>
        public string? Backbone { get; set; }

        /// <summary>
        /// The weights of the network: <c>default</c>, those published for it, downloaded once; a file, an address or <c>none</c>, as in
        /// <see cref="ImageClassificationOptions.Weights"/>. Default: <c>default</c>.
        /// </summary>
        public string? Weights { get; set; } = WeightsReference.Default;

        /// <summary>Where weights that are not a file are looked for. Default: <see cref="WeightStore.Default"/>.</summary>
        public WeightStore WeightStore { get; set; } = WeightStore.Default;

        /// <summary>How often each image is trained on, at most. Default: 200.</summary>
        public int Epoch { get; set; } = 200;

        /// <summary>Images in a training step. Default: 10.</summary>
        public int BatchSize { get; set; } = 10;

        /// <summary>
        /// The learning rate where <see cref="LearningRateScheduler"/> is null; a scheduler brings its own. Default: 0.01.
        /// </summary>
        public float LearningRate { get; set; } = DefaultLearningRate;

        /// <summary>
        /// The learning rate of each step. Default: <see cref="ExponentialLRDecay"/>, from 0.01, times 0.94 every two epochs.
        /// </summary>
        public LearningRateScheduler? LearningRateScheduler { get; set; } = new ExponentialLRDecay();

        /// <summary>
        /// Ends the training where a metric of the validation images no longer improves; null: all epochs are trained. Each <c>Fit</c>
        /// starts with a copy of it. Default: an accuracy that did not rise by 0.01 for 20 epochs.
        /// </summary>
        public EarlyStopping? EarlyStoppingCriteria { get; set; } = new();

        /// <summary>
        /// Receives the metrics of every image that goes through the network and of every epoch, on the thread that trains. Default: null,
        /// they go to the log as <c>Trace</c>.
        /// </summary>
        public Action<ImageClassificationMetrics>? MetricsCallback { get; set; }

        /// <summary>Whether <see cref="MetricsCallback"/> receives the metrics of the training images, too. Default: true.</summary>
        public bool TestOnTrainSet { get; set; } = true;

        /// <summary>Images to choose the best epoch by and to stop early. Default: null, see <see cref="ValidationSetFraction"/>.</summary>
        public IDataView? ValidationSet { get; set; }

        /// <summary>
        /// The fraction of each class's training images that is held back where <see cref="ValidationSet"/> is null, at least 0 and below
        /// 1; null: none. Default: 0.1.
        /// </summary>
        public float? ValidationSetFraction { get; set; } = 0.1f;

        /// <summary>
        /// A folder that keeps the features and the trained model; created if it is missing. Default: null, nothing is kept; an
        /// empty text means the same.
        /// </summary>
        public string? WorkspacePath { get; set; }

        /// <summary>
        /// The start of the model's file name in <see cref="WorkspacePath"/>, which ends with the name of the network and <c>.zip</c>.
        /// Default: <c>custom_retrained_model_based_on_</c>.
        /// </summary>
        public string FinalModelPrefix { get; set; } = DefaultModelPrefix;

        /// <summary>
        /// Whether features of training images that <see cref="WorkspacePath"/> holds are used; else they are computed again. They are
        /// found by weights, preprocessing and content of the image, so they are never stale. Default: false.
        /// </summary>
        public bool ReuseTrainSetBottleneckCachedValues { get; set; }

        /// <summary>As <see cref="ReuseTrainSetBottleneckCachedValues"/>, for the validation images. Default: false.</summary>
        public bool ReuseValidationSetBottleneckCachedValues { get; set; }

        /// <summary>
        /// The start of the name of the folder in <see cref="WorkspacePath"/> with the features of the training images; it ends with
        /// <c>.features</c>. Default, also for null: <c>trainSetBottleneckFile.csv</c>.
        /// </summary>
        public string? TrainSetBottleneckCachedValuesFileName { get; set; } = DefaultTrainingCache;

        /// <summary>
        /// As <see cref="TrainSetBottleneckCachedValuesFileName"/>, for the validation images. Default, also for null:
        /// <c>validationSetBottleneckFile.csv</c>.
        /// </summary>
        public string? ValidationSetBottleneckCachedValuesFileName { get; set; } = DefaultValidationCache;
    }

    private const float DefaultLearningRate = 0.01f;
    private const string DefaultModelPrefix = "custom_retrained_model_based_on_";
    private const string DefaultTrainingCache = "trainSetBottleneckFile.csv";
    private const string DefaultValidationCache = "validationSetBottleneckFile.csv";
}
