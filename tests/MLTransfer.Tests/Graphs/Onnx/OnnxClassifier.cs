using System.Text.Json;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;

namespace MLTransfer.Tests.Graphs.Onnx;

/// <summary>The program of docs/onnx.md.</summary>
internal sealed class OnnxClassifier(string path) : IDisposable
{
    private readonly InferenceSession _session = new(path);

    public string[] Classes => JsonSerializer.Deserialize<string[]>(_session.ModelMetadata.CustomMetadataMap["class_names"])!;

    // Red, green and blue of each pixel, a byte each, row by row.
    public float[] Probabilities(byte[] pixels, int width, int height)
    {
        var images = new DenseTensor<byte>(pixels, [1, height, width, 3]);
        using var results = _session.Run([NamedOnnxValue.CreateFromTensor("images", images)]);
        return [.. results.Single().AsTensor<float>()];
    }

    public void Dispose() => _session.Dispose();
}
