using System.Buffers;
using System.IO.Compression;
using System.IO.Hashing;
using System.Security.Cryptography;
using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Transforms.Image;
using MLTransfer.Files;
using MLTransfer.Native;

namespace MLTransfer.Estimators;

/// <summary>Opens the model files that this library saved.</summary>
internal static class SavedModel
{
    /// <summary>The file that is expected, for messages.</summary>
    public const string Expected = "Expected: a whole file written by 'mlt train' or by ml.Model.Save.";

    /// <summary>Loads the first image classifier of a model file.</summary>
    /// <exception cref="InvalidDataException">
    /// The file holds none, or is damaged. The message says which in whole sentences, and leaves the name of the file to the caller.
    /// </exception>
    /// <exception cref="DllNotFoundException">libtorch cannot be loaded; the message says what to add or install.</exception>
    public static ImageClassificationTransformer Open(string path) => Open(path, (model, _) => ClassifierIn(model));

    /// <summary>
    /// Loads the image classifier of a model file whose pipeline gives it images as they are in their files, so that it predicts the same
    /// without the pipeline.
    /// </summary>
    /// <exception cref="InvalidDataException">
    /// The file holds none, or is damaged, or other transforms change the images. The message says which in whole sentences.
    /// </exception>
    public static ImageClassificationTransformer OpenForImages(string path) =>
        Open(path, (model, input) => FedWithFiles(model, input, ClassifierIn(model)));

    /// <summary>As <see cref="OpenForImages"/>, for the first trained classifier or graph of a model file.</summary>
    /// <inheritdoc cref="OpenForImages" path="/exception"/>
    public static IImageClassifier OpenAnyForImages(string path) => Open(path, (model, input) => FedWithFiles(
        model, input, Flattened(model).OfType<IImageClassifier>().FirstOrDefault() ?? ClassifierIn(model)));

    private static T Open<T>(string path, Func<ITransformer, DataViewSchema?, T> choose)
    {
        try
        {
            var context = new MLContext();
            MLNetInternals.Register(context);
            return choose(context.Model.Load(path, out DataViewSchema? input), input);
        }
        catch (Exception failure) when (failure is not OutOfMemoryException)
        {
            // Where libtorch is missing, the file is not to blame.
            TorchLibrary.Require();
            string reason = Damage(path) ?? failure.GetBaseException().Message;
            throw new InvalidDataException($"{reason.TrimEnd('.')}.", failure);
        }
    }

    /// <summary>The first image classifier of a loaded pipeline.</summary>
    /// <exception cref="InvalidOperationException">There is none.</exception>
    public static ImageClassificationTransformer ClassifierIn(ITransformer model) =>
        Flattened(model).OfType<ImageClassificationTransformer>().FirstOrDefault()
        ?? throw new InvalidOperationException("The model contains no image classifier; 'mlt train' creates one.");

    private static IEnumerable<ITransformer> Flattened(ITransformer model) =>
        model is IEnumerable<ITransformer> chain ? chain.SelectMany(Flattened) : [model];

    /// <summary>The classifier, unless other transforms of its pipeline change the images.</summary>
    private static T FedWithFiles<T>(ITransformer model, DataViewSchema? input, T classifier)
        where T : IImageClassifier
    {
        if (input is not null && MakerOfImages(Flattened(model), input, classifier) is { } maker)
            throw new InvalidDataException(
                $"Its images come from another transform of the pipeline ({maker.GetType().Name}), which would be left out. Train with a "
                + $"column of paths or encoded bytes, or use a PredictionEngine.");
        return classifier;
    }

    /// <summary>The transform before the classifier that makes its images from others; null where they come from the input.</summary>
    private static ITransformer? MakerOfImages(
        IEnumerable<ITransformer> pipeline, DataViewSchema input, IImageClassifier classifier)
    {
        ITransformer? maker = null;
        foreach (ITransformer transformer in pipeline.TakeWhile(transformer => !ReferenceEquals(transformer, classifier)))
        {
            DataViewSchema output = transformer.GetOutputSchema(input);
            DataViewSchema.Column? before = input.GetColumnOrNull(classifier.ImageColumnName);
            DataViewSchema.Column? after = output.GetColumnOrNull(classifier.ImageColumnName);
            if (after is { } made && before?.Index != made.Index)
                maker = IsWholeFile(made.Type, transformer) ? null : transformer;
            input = output;
        }

        return maker;

        // A path, or what LoadRawImageBytes read.
        static bool IsWholeFile(DataViewType image, ITransformer maker) =>
            image is TextDataViewType || maker is ImageLoadingTransformer && image is not ImageDataViewType;
    }

    // ML.NET reads some entries before the classifier can check them, so a damaged file may give a misleading error.
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

/// <summary>
/// Detects damaged model files. ML.NET does not check for damage and .NET verifies no zip checksums: a flipped bit would silently change
/// predictions.
/// </summary>
internal static class ModelIntegrity
{
    private const string Remedy = "The file is damaged: copy it again from where it came from, or save the model again.";

    /// <summary>Writes the content and returns its SHA-256.</summary>
    public static byte[] Write(Stream target, Action<BinaryWriter> write)
    {
        using var hash = SHA256.Create();
        using (var hashing = new CryptoStream(target, hash, CryptoStreamMode.Write, leaveOpen: true))
        using (var writer = new BinaryWriter(hashing))
            write(writer);
        return hash.Hash!;
    }

    /// <summary>Compares a stream with its SHA-256 and rewinds it.</summary>
    /// <exception cref="InvalidDataException">They disagree.</exception>
    public static void Check(Stream content, string name, ReadOnlySpan<byte> sha256)
    {
        if (!sha256.SequenceEqual(SHA256.HashData(content)))
            throw new InvalidDataException($"'{name}' in the model file does not agree with its SHA-256. {Remedy}");
        content.Position = 0;
    }

    /// <summary>The content of an entry that is stored uncompressed; null for others, and where it is longer than an array.</summary>
    /// <exception cref="InvalidDataException">The file ends before it.</exception>
    public static MemoryStream? ReadStored(ZipArchiveEntry? entry)
    {
        if (entry is null || entry.CompressedLength != entry.Length || entry.Length > Array.MaxLength) return null;
        // Opening it has checked that the file is as long, so that the array takes no more memory than the file is large.
        using Stream content = entry.Open();
        byte[] bytes = GC.AllocateUninitializedArray<byte>((int)entry.Length);
        try
        {
            content.ReadExactly(bytes);
        }
        catch (EndOfStreamException end)
        {
            throw new InvalidDataException($"'{entry.FullName}' in the model file is cut short. {Remedy}", end);
        }

        return new MemoryStream(bytes, 0, bytes.Length, writable: false, publiclyVisible: true);
    }

    /// <summary>Compares an entry of the model file with its checksum in the zip directory.</summary>
    /// <exception cref="InvalidDataException">They disagree, or the entry cannot be unpacked.</exception>
    public static void Check(ZipArchiveEntry entry)
    {
        byte[] buffer = ArrayPool<byte>.Shared.Rent(1 << 16);
        try
        {
            var crc = new Crc32();
            using Stream content = entry.Open();
            while (content.Read(buffer) is > 0 and var read)
                crc.Append(buffer.AsSpan(0, read));
            if (crc.GetCurrentHashAsUInt32() != entry.Crc32)
                throw new InvalidDataException("it does not agree with its checksum");
        }
        catch (InvalidDataException damage)
        {
            string reason = damage.Message.TrimEnd('.');
            throw new InvalidDataException($"'{entry.FullName}' in the model file cannot be used: {reason}. {Remedy}", damage);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }
}
