using MLTransfer.Models;

namespace MLTransfer.Weights;

/// <summary>Converts ONNX files to a safetensors file with the names of a backbone.</summary>
internal static class OnnxConversion
{
    /// <summary>Converts the weights of one file, or of several of which each takes what the one before it gives.</summary>
    /// <returns>The safetensors file, the same bytes for the same files.</returns>
    /// <exception cref="WeightsException">A file is no ONNX model, or its layers are not those of the backbone.</exception>
    public static byte[] ToSafetensors(IReadOnlyList<Stream> files, Backbone backbone, WeightsErrors errors)
    {
        using ImageModel network = backbone.Build(Math.Max(1, backbone.Classes));
        IWeightsContent content = OnnxWeights.Open(files, errors).For(network, network.HeadName);
        using var stream = new MemoryStream();
        SafetensorsFile.Write(stream, Enumerable.Range(0, content.Tensors.Count).Select(content.Read));
        return stream.ToArray();
    }
}
