using MLTransfer.Models;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace MLTransfer.Tests.Models;

public class MultiplyAddCountTests
{
    [Fact]
    public void Every_backbone_has_its_count() =>
        Assert.All(ModelZoo.All, backbone => Assert.InRange(backbone.MultiplyAdds, 1_000_000, 2_000_000_000_000));

    // Networks of convolutions and linear layers alone: what those do can be counted from their shapes.
    [Theory]
    [InlineData("cifar_resnet20")]
    [InlineData("embedded")]
    [InlineData("mobilenet_v1_b12")]
    [InlineData("mobilenet_v3_small")]
    [InlineData("resnet18")]
    [InlineData("regnet_y_400mf")]
    public void The_count_is_what_the_layers_do(string name)
    {
        using var scope = NewDisposeScope();
        using var untracked = no_grad();
        Backbone backbone = ModelZoo.Find(name);
        using ImageModel model = backbone.Build(backbone.Classes == 0 ? 1000 : backbone.Classes);
        model.eval();
        int side = backbone.Preprocessing.CropTo;
        long head = model.FeatureWidth * model.Head.call(zeros(1, model.FeatureWidth)).shape[1];
        long count = 0;
        foreach (Conv2d convolution in model.modules().OfType<Conv2d>())
            Listen(convolution, output => output.numel() * convolution.weight!.numel() / convolution.weight.shape[0]);
        foreach (Linear linear in model.modules().OfType<Linear>())
            Listen(linear, output => output.numel() * linear.weight!.shape[1]);
        model.Features(zeros(1, 3, side, side));
        Assert.Equal(backbone.MultiplyAdds, count + head);

        void Listen(nn.Module<Tensor, Tensor> module, Func<Tensor, long> cost) => module.register_forward_hook((_, _, output) =>
        {
            count += cost(output);
            return output;
        });
    }
}
