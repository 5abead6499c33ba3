using Google.Protobuf;
using MLTransfer.Files;
using Onnx;

namespace MLTransfer.Graphs.Onnx;

/// <summary>Writes ONNX models to files.</summary>
internal static class OnnxFile
{
    /// <summary>The largest size of weights within one file, in bytes: a protocol buffer ends at 2 GiB.</summary>
    public const long LargestInside = int.MaxValue - (64L << 20);

    /// <summary>What is added to the name of a model for the file of its weights.</summary>
    public const string DataSuffix = ".data";

    // Small ones, such as shapes, stay in the model: runtimes need their values to load it.
    private const int SmallestOutside = 1024;

    /// <summary>The size of the weights in bytes.</summary>
    public static long WeightBytes(ModelProto model) => model.Graph.Initializer.Sum(weight => (long)weight.RawData.Length);

    /// <summary>
    /// Writes a model; weights of more than <paramref name="largestInside"/> bytes go to a second file beside it, named as the model and
    /// <see cref="DataSuffix"/>. Where an older model is replaced by one that needs no second file, its second file is deleted.
    /// </summary>
    /// <param name="path">The file; an older one is replaced when the new one is complete.</param>
    /// <param name="model">The model; its weights are taken out of it where they get a file of their own.</param>
    /// <param name="largestInside">Default: <see cref="LargestInside"/>.</param>
    /// <returns>The files that were written, the model last.</returns>
    /// <exception cref="IOException">A file cannot be written.</exception>
    public static IReadOnlyList<string> Write(string path, ModelProto model, long largestInside = LargestInside)
    {
        string data = path + DataSuffix;
        bool isSplit = WeightBytes(model) > largestInside, isReplaced = File.Exists(path);
        if (isSplit)
        {
            AtomicFile.CheckWritable(path);
            AtomicFile.Write(data, stream => MoveWeights(model, stream, Path.GetFileName(data)));
        }

        AtomicFile.Write(path, stream => model.WriteTo(stream));
        if (isReplaced && !isSplit) File.Delete(data);
        return isSplit ? [data, path] : [path];
    }

    private static void MoveWeights(ModelProto model, Stream target, string file)
    {
        foreach (TensorProto weight in model.Graph.Initializer.Where(weight => weight.RawData.Length >= SmallestOutside))
        {
            void Describe(string key, string value) => weight.ExternalData.Add(new StringStringEntryProto { Key = key, Value = value });
            Describe("location", file);
            Describe("offset", FormattableString.Invariant($"{target.Position}"));
            Describe("length", FormattableString.Invariant($"{weight.RawData.Length}"));
            weight.DataLocation = TensorProto.Types.DataLocation.External;
            weight.RawData.WriteTo(target);
            weight.RawData = ByteString.Empty;
        }
    }
}
