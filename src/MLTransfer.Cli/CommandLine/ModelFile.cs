using System.IO.Compression;
using Microsoft.ML;
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
            return Classifier.In(new MLContext().AddMLTransfer().Model.Load(path, out _));
        }
        catch (Exception failure)
        {
            var reason = Damage(path) ?? failure.GetBaseException().Message;
            throw new InvalidDataException(
                $"'{path}' cannot be used as a model. {reason} Expected: a whole file written by 'mlt train' or by ml.Model.Save.", failure);
        }
    }

    // Of a damaged file ML.NET may say anything, such as that an assembly is missing: it reads some entries before the classifier checks them.
    private static string? Damage(string path)
    {
        try
        {
            using var archive = ZipFile.OpenRead(path);
            foreach (var entry in archive.Entries)
                ModelIntegrity.Check(entry);
            return null;
        }
        catch (InvalidDataException damage) when (damage.InnerException is InvalidDataException)
        {
            return damage.Message;
        }
        catch (Exception unreadable) when (unreadable is IOException or InvalidDataException or UnauthorizedAccessException or NotSupportedException)
        {
            return null;
        }
    }
}
