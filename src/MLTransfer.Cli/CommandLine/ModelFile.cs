using MLTransfer.Estimators;

namespace MLTransfer.Cli.CommandLine;

/// <summary>Opens the models that 'mlt train' saves.</summary>
internal static class ModelFile
{
    /// <exception cref="InvalidDataException">The file is no such model, or is damaged.</exception>
    internal static ImageClassificationTransformer Open(string path)
    {
        try
        {
            return SavedModel.Open(path);
        }
        catch (InvalidDataException failure)
        {
            throw new InvalidDataException($"'{path}' cannot be used as a model. {failure.Message} {SavedModel.Expected}", failure);
        }
    }
}
