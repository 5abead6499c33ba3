using System.Text.Json;
using MLTransfer.Imaging;
using MLTransfer.Models;
using MLTransfer.Tests.Reference;

namespace MLTransfer.Tests.Models.Families;

public class PreprocessingTests
{
    private const string Script = """
        import json, sys
        from torchvision.models import get_model_weights
        presets = {name: get_model_weights(name).DEFAULT.transforms() for name in sys.argv[1:]}
        print(json.dumps({name: [p.resize_size[0], p.crop_size[0], p.interpolation.value, p.mean[0], p.std[2]]
                          for name, p in presets.items()}))
        """;

    /// <summary>The families whose default weights have a preprocessing that differs from one variant to the next.</summary>
    [NeedsTorchvisionTheory]
    [InlineData("MobileNet v2", "MobileNet v3", "EfficientNet", "EfficientNet v2", "RegNet X", "RegNet Y", "ConvNeXt", "Swin", "Swin v2",
        "MaxViT")]
    [InlineData("AlexNet", "DenseNet", "MNASNet", "ResNet", "ResNeXt", "ShuffleNet v2", "SqueezeNet", "VGG", "Wide ResNet")]
    public void Images_are_prepared_as_torchvisions_default_weights_expect(params string[] families)
    {
        Backbone[] backbones = [.. ModelZoo.All.Where(backbone => families.Contains(backbone.Family))];
        using JsonDocument expected = JsonDocument.Parse(PyTorch.Run(Script, [.. backbones.Select(backbone => backbone.Name)]));
        foreach (Backbone backbone in backbones)
        {
            JsonElement preset = expected.RootElement.GetProperty(backbone.Name);
            Preprocessing ours = backbone.Preprocessing;
            Assert.Equal((backbone.Name, preset[0].GetInt32(), preset[1].GetInt32()), (backbone.Name, ours.ResizeTo, ours.CropTo));
            Assert.Equal(preset[2].GetString(), ours.Interpolation.ToString().ToLowerInvariant());
            Assert.Equal((preset[3].GetSingle(), preset[4].GetSingle()), (ours.Mean.R, ours.StandardDeviation.B));
        }
    }
}
