using System.Security.Cryptography;
using System.Text;
using Microsoft.ML.Data;
using MLTransfer.Imaging;
using MLTransfer.Imaging.Transforms;
using MLTransfer.Models;
using TorchSharp;
using static TorchSharp.torch;

namespace MLTransfer.Features;

/// <summary>Where features come from.</summary>
internal static class FeatureSource
{
    /// <summary>
    /// Everything the features depend on except the image content: this library, libtorch, the decoders, the network and its input; for
    /// random views of images also what decides them.
    /// </summary>
    public static string Describe(
        ImageModel model, string backbone, FeatureOutput output, Preprocessing preprocessing, DecodingOptions decoding, ScalarType type,
        Device device, string? randomView = null) => string.Join("; ",
        [
            typeof(FeatureExtractor).Assembly.GetName(), $"libtorch {__version__}", typeof(MLImage).Assembly.GetName(),
            $"decoders {ImageDecoder.Revision}", decoding, backbone, $"weights {StateFingerprint.Compute(model, model.HeadName)}",
            TransformJson.Write(preprocessing.EvaluationTransforms()), preprocessing.Mean, preprocessing.StandardDeviation, type,
            device.type,
            .. output == FeatureOutput.Bottleneck ? [] : new object[] { output },
            .. preprocessing.Channels == ChannelOrder.Rgb ? [] : new object[] { preprocessing.Channels },
            .. randomView is null ? [] : new object[] { TransformJson.Write(preprocessing.TrainingTransforms()), randomView },
        ]);
}

/// <summary>Identifies a network by the values of its weights.</summary>
internal static class StateFingerprint
{
    /// <summary>
    /// SHA-256, in hexadecimal, of the names and values of the whole state except the part under <paramref name="except"/>. For a network
    /// from outside this library also of the build of its code, which our version number does not identify.
    /// </summary>
    public static string Compute(nn.Module network, string except)
    {
        using var scope = NewDisposeScope();
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Type type = network.GetType();
        if (type.Assembly != typeof(StateFingerprint).Assembly)
            hash.AppendData(Encoding.UTF8.GetBytes($"{type.FullName} {type.Module.ModuleVersionId}\n"));
        foreach ((string name, Tensor value) in network.state_dict())
        {
            if (name.StartsWith(except + ".", StringComparison.Ordinal)) continue;
            hash.AppendData(Encoding.UTF8.GetBytes($"{name} {value.dtype}\n"));
            hash.AppendData(value.cpu().contiguous().bytes);
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }
}
