using System.Buffers;
using System.IO.Compression;
using System.IO.Hashing;
using System.Security.Cryptography;
using MLTransfer.Files;
using Microsoft.ML;

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
    public static ImageClassificationTransformer Open(string path)
    {
        try
        {
            var context = new MLContext();
            MLNetInternals.Register(context);
            return ClassifierIn(context.Model.Load(path, out _));
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
        ?? throw new InvalidOperationException("The model contains no image classifier; 'mlt train' creates one.");

    private static IEnumerable<ImageClassificationTransformer> Classifiers(ITransformer model) => model switch
    {
        ImageClassificationTransformer classifier => [classifier],
        IEnumerable<ITransformer> chain => chain.SelectMany(Classifiers),
        _ => [],
    };

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
