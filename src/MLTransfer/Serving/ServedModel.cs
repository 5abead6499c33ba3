using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.Win32.SafeHandles;
using MLTransfer.Errors;
using MLTransfer.Estimators;
using MLTransfer.Imaging;

namespace MLTransfer.Serving;

/// <summary>A model that was loaded from a file and scores images.</summary>
/// <param name="Classifier">The model.</param>
/// <param name="Stamp">The file it was loaded from.</param>
/// <param name="LoadedAt">When.</param>
internal sealed record ServedModel(ImageClassificationTransformer Classifier, FileStamp Stamp, DateTimeOffset LoadedAt)
{
    /// <summary>Loads a model and scores a blank image with it, which shows that its network runs.</summary>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="InvalidDataException">It is damaged, or is no image classifier that a pool can serve.</exception>
    public static ServedModel Load(ImageClassifierPoolOptions options)
    {
        string path = options.Path;
        ImageClassificationTransformer? classifier = null;
        try
        {
            FileStamp stamp = FileStamp.Of(path)
                ?? throw new FileNotFoundException($"There is no model file '{Printable.Sanitize(Path.GetFullPath(path))}'.", path);
            classifier = SavedModel.OpenForImages(path);
            classifier.MaximumPixels = options.MaximumPixels;
            classifier.Predict(ImageSource.FromImage(new Image(1, 1, new byte[3]), "a blank image"));
            return new ServedModel(classifier, stamp, options.Clock.GetUtcNow());
        }
        catch (Exception failure) when (failure is not (OutOfMemoryException or FileNotFoundException))
        {
            classifier?.Dispose();
            throw new InvalidDataException(
                $"The model file '{Printable.Sanitize(path)}' cannot be served: {Printable.Sanitize(failure.Message)}", failure);
        }
    }
}

/// <summary>The length and date of a file, by which a changed one is noticed; a symbolic link counts as what it points to.</summary>
internal readonly record struct FileStamp(long Length, DateTime Written)
{
    /// <summary>The stamp of a file; null where there is none.</summary>
    public static FileStamp? Of(string path)
    {
        try
        {
            using SafeFileHandle file = File.OpenHandle(path);
            return new FileStamp(RandomAccess.GetLength(file), File.GetLastWriteTimeUtc(file));
        }
        catch (Exception missing) when (missing is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
    }
}
