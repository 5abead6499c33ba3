using MLTransfer.Models;
using MLTransfer.Tests.Reference;
using TorchSharp;
using static TorchSharp.torch;

namespace MLTransfer.Tests.Models;

/// <summary>How backbones and their layers are found.</summary>
public class ModelZooTests
{
    [Fact]
    public void Layers_are_found_by_their_name_or_by_the_name_they_begin_with()
    {
        using var scope = NewDisposeScope();
        ImageModel model = ModelZoo.Find("mobilenet_v1_b12").Build(classes: 2);
        Assert.Equal(0, model.FirstTrained(Layers.All));
        Assert.Equal(0, model.FirstTrained(Layers.From("features")));
        Assert.Equal(20, model.FirstTrained(Layers.From("features.20")));
        Assert.Equal(model.Groups.Count, model.FirstTrained(Layers.From("classifier")));
    }

    [Fact]
    public void An_unknown_layer_is_an_error_that_names_the_nearest()
    {
        using var scope = NewDisposeScope();
        ImageModel model = ModelZoo.Find("resnet18").Build(classes: 2);
        var error = Assert.Throws<ArgumentException>(() => model.FirstTrained(Layers.From("layr4")));
        Assert.Contains("Did you mean 'layer4'?", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_unknown_backbone_is_an_error_that_names_the_nearest()
    {
        var error = Assert.Throws<ArgumentException>(() => ModelZoo.Find("resnet81"));
        Assert.Contains("Did you mean 'resnet18'?", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Backbones_are_found_whatever_the_letter_case() => Assert.Equal("resnet50", ModelZoo.Find("ResNet50").Name);
}

public class ZooCompletenessTests
{
    private const string Script = "import torchvision; print('\\n'.join(n for n in "
        + "torchvision.models.list_models(module=torchvision.models) if 'quantized' not in n))";

    [NeedsTorchvisionFact]
    public void Every_classification_network_of_torchvision_is_in_the_zoo()
    {
        string[] theirs = PyTorch.Run(Script).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(theirs.Order(StringComparer.Ordinal), Zoo.Names.Where(Zoo.IsInTorchvision));
    }
}
