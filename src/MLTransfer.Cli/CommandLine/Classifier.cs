using Microsoft.ML;
using MLTransfer.Estimators;

namespace MLTransfer.Cli.CommandLine;

/// <summary>Finds the classifier of pictures in an ML.NET model.</summary>
internal static class Classifier
{
    /// <exception cref="InvalidOperationException">There is none.</exception>
    internal static ImageClassificationTransformer In(ITransformer model) =>
        StartingModel.Classifiers(model).FirstOrDefault()
        ?? throw new InvalidOperationException("The model holds no classifier of pictures; 'mlt train' makes those that do.");
}
