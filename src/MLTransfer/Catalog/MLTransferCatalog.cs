using Microsoft.ML.Runtime;
using MLTransfer;
using MLTransfer.Estimators;
using MLTransfer.Graphs;
using MLTransfer.Imaging;
using MLTransfer.Models;
using MulticlassTrainers = Microsoft.ML.MulticlassClassificationCatalog.MulticlassClassificationTrainers;

namespace Microsoft.ML;

/// <summary>What MLTransfer adds to ML.NET's catalogs.</summary>
public static class MLTransferCatalog
{
    /// <summary>Trains a new head on the features of a frozen backbone, which sees each image only once. Usually takes seconds.</summary>
    /// <param name="trainers">The catalog.</param>
    /// <param name="labelColumnName">The key column with the classes.</param>
    /// <param name="imageColumnName">The column with the images; null: found by its type, see
    /// <see cref="ImageClassificationOptions.ImageColumnName"/>.</param>
    /// <param name="scoreColumnName">The column to add with a probability per class.</param>
    /// <param name="predictedLabelColumnName">The key column to add with the class of the highest probability.</param>
    /// <param name="backbone">A name of <see cref="MLTransfer.Models.ModelZoo"/>, or a node of a graph; see
    /// <see cref="ImageClassificationOptions.Backbone"/>.</param>
    /// <param name="weights">Its weights: a name, a file, an address or <c>none</c>; see
    /// <see cref="ImageClassificationOptions.Weights"/>.</param>
    /// <param name="validationSet">Images to choose the best epoch by; null: the last epoch is kept.</param>
    /// <exception cref="ArgumentException">There is no such backbone, or there are no such weights of it.</exception>
    /// <exception cref="GraphException">The backbone is a graph whose file cannot be read or takes no images.</exception>
    public static FeatureExtractionEstimator FeatureExtraction(
        this MulticlassTrainers trainers, string labelColumnName = "Label", string? imageColumnName = null,
        string scoreColumnName = "Score", string predictedLabelColumnName = "PredictedLabel", string backbone = "resnet18",
        string? weights = "default", IDataView? validationSet = null) =>
        trainers.FeatureExtraction(new FeatureExtractionOptions
        {
            LabelColumnName = labelColumnName,
            ImageColumnName = imageColumnName,
            ScoreColumnName = scoreColumnName,
            PredictedLabelColumnName = predictedLabelColumnName,
            Backbone = backbone,
            Weights = weights,
            Validation = validationSet,
        });

    /// <inheritdoc cref="FeatureExtraction(MulticlassTrainers, string, string?, string, string, string, string?, IDataView?)"/>
    /// <param name="trainers">The catalog.</param>
    /// <param name="options">How to train.</param>
    /// <exception cref="ArgumentException">The options cannot be used; the message says all that is wrong with them.</exception>
    public static FeatureExtractionEstimator FeatureExtraction(this MulticlassTrainers trainers, FeatureExtractionOptions options)
    {
        ArgumentNullException.ThrowIfNull(trainers);
        ArgumentNullException.ThrowIfNull(options);
        return new(Prepared(trainers), options);
    }

    /// <summary>
    /// Trains a backbone further, all of it or its upper layers, together with a new head. Usually takes minutes and is more accurate.
    /// </summary>
    /// <inheritdoc cref="FeatureExtraction(MulticlassTrainers, string, string?, string, string, string, string?, IDataView?)"
    /// path="/param|/exception"/>
    public static FineTuningEstimator FineTuning(
        this MulticlassTrainers trainers, string labelColumnName = "Label", string? imageColumnName = null,
        string scoreColumnName = "Score", string predictedLabelColumnName = "PredictedLabel", string backbone = "resnet18",
        string? weights = "default", IDataView? validationSet = null) =>
        trainers.FineTuning(new FineTuningOptions
        {
            LabelColumnName = labelColumnName,
            ImageColumnName = imageColumnName,
            ScoreColumnName = scoreColumnName,
            PredictedLabelColumnName = predictedLabelColumnName,
            Backbone = backbone,
            Weights = weights,
            Validation = validationSet,
        });

    /// <inheritdoc cref="FineTuning(MulticlassTrainers, string, string?, string, string, string, string?, IDataView?)"/>
    /// <param name="trainers">The catalog.</param>
    /// <param name="options">How to train.</param>
    /// <exception cref="ArgumentException">The options cannot be used; the message says all that is wrong with them.</exception>
    public static FineTuningEstimator FineTuning(this MulticlassTrainers trainers, FineTuningOptions options)
    {
        ArgumentNullException.ThrowIfNull(trainers);
        ArgumentNullException.ThrowIfNull(options);
        return new(Prepared(trainers), options);
    }

    /// <summary>
    /// Tries features, fine-tuning of some layers and of all, recipes and image sizes within a time, and keeps what validates best.
    /// </summary>
    /// <param name="trainers">The catalog.</param>
    /// <param name="budget">The time for all trials.</param>
    /// <param name="labelColumnName">The key column with the classes.</param>
    /// <param name="imageColumnName">The column with the images; null: found by its type, see
    /// <see cref="ImageClassificationOptions.ImageColumnName"/>.</param>
    /// <param name="scoreColumnName">The column to add with a probability per class.</param>
    /// <param name="predictedLabelColumnName">The key column to add with the class of the highest probability.</param>
    /// <param name="backbone">A name of <see cref="MLTransfer.Models.ModelZoo"/>, or a node of a graph; see
    /// <see cref="ImageClassificationOptions.Backbone"/>.</param>
    /// <param name="weights">Its weights: a name, a file, an address or <c>none</c>; see
    /// <see cref="ImageClassificationOptions.Weights"/>.</param>
    /// <param name="validationSet">Images to choose by, half of which measure the result; null: a fifth of each class.</param>
    /// <exception cref="ArgumentException">There is no such backbone, there are no such weights of it, or the time is not above
    /// 0.</exception>
    /// <exception cref="GraphException">The backbone is a graph whose file cannot be read or takes no images.</exception>
    public static AutoEstimator AutoTraining(
        this MulticlassTrainers trainers, TimeSpan budget, string labelColumnName = "Label", string? imageColumnName = null,
        string scoreColumnName = "Score", string predictedLabelColumnName = "PredictedLabel", string backbone = "resnet18",
        string? weights = "default", IDataView? validationSet = null) =>
        trainers.AutoTraining(new AutoOptions
        {
            Budget = budget,
            LabelColumnName = labelColumnName,
            ImageColumnName = imageColumnName,
            ScoreColumnName = scoreColumnName,
            PredictedLabelColumnName = predictedLabelColumnName,
            Backbone = backbone,
            Weights = weights,
            Validation = validationSet,
        });

    /// <inheritdoc cref="AutoTraining(MulticlassTrainers, TimeSpan, string, string?, string, string, string, string?, IDataView?)"/>
    /// <param name="trainers">The catalog.</param>
    /// <param name="options">What to search with.</param>
    /// <exception cref="ArgumentException">The options cannot be used; the message says all that is wrong with them.</exception>
    public static AutoEstimator AutoTraining(this MulticlassTrainers trainers, AutoOptions options)
    {
        ArgumentNullException.ThrowIfNull(trainers);
        ArgumentNullException.ThrowIfNull(options);
        return new(Prepared(trainers), options);
    }

    /// <summary>
    /// Adds the features that a pretrained backbone computes of images, a vector of single for any trainer of ML.NET.
    /// </summary>
    /// <param name="catalog">The catalog.</param>
    /// <param name="outputColumnName">The column to add with the features.</param>
    /// <param name="inputColumnName">The column with the images; null: found by its type, see
    /// <see cref="ImageFeatureOptions.InputColumnName"/>.</param>
    /// <param name="backbone">A name of <see cref="MLTransfer.Models.ModelZoo"/>, or a node of a graph; see
    /// <see cref="ImageClassificationOptions.Backbone"/>.</param>
    /// <param name="weights">Its weights: a name, a file, an address or <c>none</c>; see
    /// <see cref="ImageClassificationOptions.Weights"/>.</param>
    /// <param name="layer">The layer whose output, averaged over all positions, is taken; null: the vector before the classifier.</param>
    /// <exception cref="ArgumentException">There is no such backbone or layer, or there are no such weights of it.</exception>
    /// <exception cref="GraphException">The backbone is a graph whose file cannot be read or takes no images.</exception>
    public static ImageFeatureEstimator ExtractImageFeatures(
        this TransformsCatalog catalog, string outputColumnName = "Features", string? inputColumnName = null, string backbone = "resnet18",
        string? weights = "default", string? layer = null) =>
        catalog.ExtractImageFeatures(new ImageFeatureOptions
        {
            OutputColumnName = outputColumnName,
            InputColumnName = inputColumnName,
            Backbone = backbone,
            Weights = weights,
            Layer = layer,
        });

    /// <inheritdoc cref="ExtractImageFeatures(TransformsCatalog, string, string?, string, string?, string?)"/>
    /// <param name="catalog">The catalog.</param>
    /// <param name="options">Which features of which images.</param>
    /// <exception cref="ArgumentException">The options cannot be used; the message says all that is wrong with them.</exception>
    public static ImageFeatureEstimator ExtractImageFeatures(this TransformsCatalog catalog, ImageFeatureOptions options)
    {
        ArgumentNullException.ThrowIfNull(catalog);
        ArgumentNullException.ThrowIfNull(options);
        return new(Prepared(catalog), options);
    }

    /// <summary>
    /// Classifies images with a graph of operations that is there already: a frozen TensorFlow graph (<c>.pb</c>) or an ONNX model. The
    /// graph runs on libtorch and is saved with the model.
    /// </summary>
    /// <param name="catalog">The catalog.</param>
    /// <param name="model">The file.</param>
    /// <param name="labels">A text file with the name of a class on each line; null: the classes are numbers.</param>
    /// <param name="imageColumnName">The column with the images; null: found by its type, see
    /// <see cref="GraphScoringOptions.ImageColumnName"/>.</param>
    /// <param name="scoreColumnName">The column to add with a score per class.</param>
    /// <param name="predictedLabelColumnName">The key column to add with the class of the highest score.</param>
    /// <param name="preprocessing">What images go through before the graph sees them; null: see
    /// <see cref="GraphScoringOptions.Preprocessing"/>.</param>
    /// <exception cref="ArgumentException">A name is empty, or the two added columns have the same.</exception>
    public static GraphEstimator ScoreGraph(
        this TransformsCatalog catalog, string model, string? labels = null, string? imageColumnName = null,
        string scoreColumnName = "Score", string predictedLabelColumnName = "PredictedLabel", Preprocessing? preprocessing = null) =>
        catalog.ScoreGraph(new GraphScoringOptions
        {
            Model = model,
            Labels = labels,
            ImageColumnName = imageColumnName,
            ScoreColumnName = scoreColumnName,
            PredictedLabelColumnName = predictedLabelColumnName,
            Preprocessing = preprocessing,
        });

    /// <inheritdoc cref="ScoreGraph(TransformsCatalog, string, string?, string?, string, string, Preprocessing?)"/>
    /// <param name="catalog">The catalog.</param>
    /// <param name="options">Which graph, and how it sees images.</param>
    /// <exception cref="ArgumentException">The options cannot be used; the message says all that is wrong with them.</exception>
    public static GraphEstimator ScoreGraph(this TransformsCatalog catalog, GraphScoringOptions options)
    {
        ArgumentNullException.ThrowIfNull(catalog);
        ArgumentNullException.ThrowIfNull(options);
        Prepared(catalog);
        return new(options);
    }

    /// <inheritdoc cref="ScoreGraph(TransformsCatalog, string, string?, string?, string, string, Preprocessing?)"/>
    public static GraphEstimator ScoreTensorFlowGraph(
        this TransformsCatalog catalog, string model, string? labels = null, string? imageColumnName = null,
        string scoreColumnName = "Score", string predictedLabelColumnName = "PredictedLabel", Preprocessing? preprocessing = null) =>
        catalog.ScoreGraph(model, labels, imageColumnName, scoreColumnName, predictedLabelColumnName, preprocessing);

    /// <inheritdoc cref="ScoreGraph(TransformsCatalog, GraphScoringOptions)"/>
    public static GraphEstimator ScoreTensorFlowGraph(this TransformsCatalog catalog, GraphScoringOptions options) =>
        catalog.ScoreGraph(options);

    /// <summary>
    /// Enables the context to load MLTransfer models. C# apps do so automatically when they start. Other apps must call it before
    /// <c>Model.Load</c>, unless they have used MLTransfer before; otherwise ML.NET reports that it could not load
    /// 'MLTransfer.AddMLTransfer'.
    /// </summary>
    /// <param name="context">The context.</param>
    /// <returns>The same context.</returns>
    public static MLContext AddMLTransfer(this MLContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        MLNetInternals.Register(context);
        return context;
    }

    /// <summary>The environment of a catalog, which can load the models that are made in it.</summary>
    internal static IHostEnvironment Prepared(object catalog)
    {
        IHostEnvironment environment = MLNetInternals.Environment(catalog);
        MLNetInternals.Register(environment);
        return environment;
    }
}
