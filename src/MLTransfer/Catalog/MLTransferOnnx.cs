using Google.Protobuf;
using MLTransfer;
using MLTransfer.Estimators;
using MLTransfer.Graphs.Onnx;
using Onnx;

namespace Microsoft.ML;

/// <summary>Writes models as ONNX, which ONNX Runtime and many other programs run without MLTransfer.</summary>
public static class MLTransferOnnx
{
    /// <summary>
    /// Writes an image classifier as an ONNX file: input <c>images</c>, whose shape and type
    /// <see cref="OnnxExportOptions.Preprocessing"/> decides; output <c>probabilities</c>, float (N, classes); the number N of images is
    /// free. The class names are in the metadata: <c>class_names</c>, a JSON array, and <c>names</c>. Weights of more than 2 GB get a file
    /// of their own beside it, the name with <c>.data</c> added, which must stay with it. The file scores one view of an image, whatever
    /// the <see cref="ImageClassificationTransformer.TestTimeAugmentation"/>.
    /// </summary>
    /// <param name="model">An image classifier of this library, or a pipeline, of which the classifier alone is written.</param>
    /// <param name="path">The file; an older one is replaced when the new one is complete.</param>
    /// <param name="options">How it is written. Default: null, the defaults of <see cref="OnnxExportOptions"/>.</param>
    /// <exception cref="ArgumentException">The options cannot be used, or not with this model.</exception>
    /// <exception cref="InvalidOperationException">
    /// The pipeline has no image classifier, or a weight is NaN, infinite or too large for float16.
    /// </exception>
    /// <exception cref="NotSupportedException">
    /// The network is a graph, or a custom one that cannot be exported; the message says what to implement.
    /// </exception>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public static void SaveOnnx(this ITransformer model, string path, OnnxExportOptions? options = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        OnnxFile.Write(path, Build(model, options));
    }

    /// <summary>Writes the file of <see cref="SaveOnnx(ITransformer, string, OnnxExportOptions?)"/> to a stream.</summary>
    /// <param name="model">An image classifier of this library, or a pipeline, of which the classifier alone is written.</param>
    /// <param name="stream">Receives the file.</param>
    /// <param name="options">How it is written. Default: null, the defaults of <see cref="OnnxExportOptions"/>.</param>
    /// <exception cref="ArgumentException">The options cannot be used, or not with this model.</exception>
    /// <exception cref="InvalidOperationException">
    /// The pipeline has no image classifier, or a weight is NaN, infinite or too large for float16.
    /// </exception>
    /// <exception cref="NotSupportedException">The weights are more than 2 GB, which needs a second file, or the network is a graph, or
    /// a custom one that cannot be exported.</exception>
    public static void SaveOnnx(this ITransformer model, Stream stream, OnnxExportOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(stream);
        ModelProto built = Build(model, options);
        if (OnnxFile.WeightBytes(built) > OnnxFile.LargestInside)
            throw new NotSupportedException(
                "The weights of the model are more than 2 GB, which ONNX keeps in a second file: save it to a path, or as float16.");
        built.WriteTo(stream);
    }

    private static ModelProto Build(ITransformer model, OnnxExportOptions? options)
    {
        ArgumentNullException.ThrowIfNull(model);
        return SavedModel.ClassifierIn(model).ToOnnx(options ?? new OnnxExportOptions());
    }
}
