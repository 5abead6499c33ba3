using MLTransfer.Vision;
using MulticlassTrainers = Microsoft.ML.MulticlassClassificationCatalog.MulticlassClassificationTrainers;

namespace Microsoft.ML;

/// <summary>ML.NET's image classification trainer, by MLTransfer.</summary>
public static class MLTransferVisionCatalog
{
    /// <summary>Trains a classifier of images on the features of a network that was trained on ImageNet.</summary>
    /// <param name="catalog">The catalog.</param>
    /// <param name="options">How to train.</param>
    /// <exception cref="ArgumentException">The options cannot be used; the message says all that is wrong with them.</exception>
    public static ImageClassificationTrainer ImageClassification(
        this MulticlassTrainers catalog, ImageClassificationTrainer.Options options)
    {
        ArgumentNullException.ThrowIfNull(catalog);
        ArgumentNullException.ThrowIfNull(options);
        return new(MLTransferCatalog.Prepared(catalog), options);
    }

    /// <summary>
    /// Trains a classifier of images on the features of a network that was trained on ImageNet, with the defaults of
    /// <see cref="ImageClassificationTrainer.Options"/>.
    /// </summary>
    /// <param name="catalog">The catalog.</param>
    /// <param name="labelColumnName">The key column with the classes.</param>
    /// <param name="featureColumnName">The column with the images: encoded files (vector of bytes), as <c>LoadRawImageBytes</c> makes it;
    /// paths (text) and <c>MLImage</c> work, too.</param>
    /// <param name="scoreColumnName">The column to add with a probability per class.</param>
    /// <param name="predictedLabelColumnName">The key column to add with the class of the highest probability.</param>
    /// <param name="validationSet">Images to choose the best epoch by and to stop early; null: a tenth of the training images.</param>
    /// <exception cref="ArgumentException">A column name is empty.</exception>
    public static ImageClassificationTrainer ImageClassification(
        this MulticlassTrainers catalog, string labelColumnName = "Label", string featureColumnName = "Features",
        string scoreColumnName = "Score", string predictedLabelColumnName = "PredictedLabel", IDataView? validationSet = null) =>
        catalog.ImageClassification(new ImageClassificationTrainer.Options
        {
            LabelColumnName = labelColumnName,
            FeatureColumnName = featureColumnName,
            ScoreColumnName = scoreColumnName,
            PredictedLabelColumnName = predictedLabelColumnName,
            ValidationSet = validationSet,
        });
}
