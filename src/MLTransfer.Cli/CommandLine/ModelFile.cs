using Microsoft.ML;

namespace MLTransfer.Cli.CommandLine;

/// <summary>Opens the models that 'mlt train' saves.</summary>
internal static class ModelFile
{
    /// <exception cref="InvalidDataException">The file is no such model, or is damaged.</exception>
    internal static ImageClassificationTransformer Open(string path)
    {
        try
        {
            return Classifier.In(new MLContext().AddMLTransfer().Model.Load(path, out _));
        }
        catch (Exception failure) when (failure.GetBaseException() is { } reason)
        {
            throw new InvalidDataException(
                $"'{path}' cannot be used as a model. {reason.Message} Expected: a whole file written by 'mlt train' or by ml.Model.Save.", failure);
        }
    }
}
