using System.Collections.Frozen;
using MLTransfer.Errors;
using MLTransfer.Models.Families;

namespace MLTransfer.Models;

/// <summary>All backbones. To add one, write its family's file and name its variants here.</summary>
public static class ModelZoo
{
    private static readonly FrozenDictionary<string, Backbone> ByName =
        new[]
        {
            AlexNet.Variants,
            CifarResNet.Variants,
            ConvNeXt.Variants,
            DenseNet.Variants,
            EfficientNet.Variants,
            GoogLeNet.Variants,
            InceptionV3.Variants,
            MaxVit.Variants,
            MnasNet.Variants,
            MobileNetV1.Variants,
            MobileNetV2.Variants,
            MobileNetV3.Variants,
            RegNet.Variants,
            ResNet.Variants,
            ShuffleNetV2.Variants,
            SmallResNet.Variants,
            SqueezeNet.Variants,
            SwinTransformer.Variants,
            Vgg.Variants,
            VisionTransformer.Variants,
        }.SelectMany(variants => variants).ToFrozenDictionary(backbone => backbone.Name, StringComparer.OrdinalIgnoreCase);

    /// <summary>Every backbone, by name.</summary>
    public static IReadOnlyList<Backbone> All { get; } = [.. ByName.Values.OrderBy(backbone => backbone.Name, StringComparer.Ordinal)];

    /// <summary>The backbone of that name, letter case aside.</summary>
    /// <exception cref="ArgumentException">There is none; the message names the nearest and all there are.</exception>
    public static Backbone Find(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        if (ByName.TryGetValue(name, out Backbone? backbone)) return backbone;
        IEnumerable<string> names = All.Select(known => known.Name);
        throw new ArgumentException(
            $"There is no backbone '{name}'.{NearestName.Question(name, names)} Known backbones: {string.Join(", ", names)}.",
            nameof(name));
    }
}
