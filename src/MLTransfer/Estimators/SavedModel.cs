using System.IO.Compression;
using Microsoft.ML;

namespace MLTransfer.Estimators;

/// <summary>Opens the model files that this library saved.</summary>
internal static class SavedModel
{
    /// <summary>What a file must be to be opened, for messages.</summary>
    public const string Expected = "Expected: a whole file written by 'mlt train' or by ml.Model.Save.";

    /// <summary>Loads the first image classifier of a model file.</summary>
    /// <exception cref="InvalidDataException">
    /// The file holds none, or is damaged. The message says which in whole sentences, and leaves the name of the file to the caller.
    /// </exception>
    public static ImageClassificationTransformer Open(string path)
    {
        try
        {
            return ClassifierIn(new MLContext().AddMLTransfer().Model.Load(path, out _));
        }
        catch (Exception failure) when (failure is not OutOfMemoryException)
        {
            string reason = Damage(path) ?? failure.GetBaseException().Message;
            throw new InvalidDataException($"{reason.TrimEnd('.')}.", failure);
        }
    }

    /// <summary>The first image classifier of a loaded pipeline.</summary>
    /// <exception cref="InvalidOperationException">There is none.</exception>
    public static ImageClassificationTransformer ClassifierIn(ITransformer model) =>
        Classifiers(model).FirstOrDefault()
        ?? throw new InvalidOperationException("The model holds no classifier of images; 'mlt train' makes those that do.");

    private static IEnumerable<ImageClassificationTransformer> Classifiers(ITransformer model) => model switch
    {
        ImageClassificationTransformer classifier => [classifier],
        IEnumerable<ITransformer> chain => chain.SelectMany(Classifiers),
        _ => [],
    };

    // Of a damaged file ML.NET may say anything, such as that an assembly is missing: it reads some entries before the classifier checks
    // them.
    private static string? Damage(string path)
    {
        try
        {
            using ZipArchive archive = ZipFile.OpenRead(path);
            foreach (ZipArchiveEntry entry in archive.Entries)
                ModelIntegrity.Check(entry);
            return null;
        }
        catch (InvalidDataException damage) when (damage.InnerException is InvalidDataException)
        {
            return damage.Message;
        }
        catch (Exception unreadable)
            when (unreadable is IOException or InvalidDataException or UnauthorizedAccessException or NotSupportedException)
        {
            return null;
        }
    }
}
