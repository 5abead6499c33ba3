using TorchSharp.Modules;
using static TorchSharp.torch;

namespace MLTransfer.Models;

/// <summary>The random weights a network starts from, as torchvision's families choose them.</summary>
internal static class Initialisation
{
    /// <summary>Convolutions normal with variance 2 / fan-out (He et al. 2015, https://arxiv.org/abs/1502.01852); the rest as the layers are made.</summary>
    public static void KaimingFanOut(nn.Module model)
    {
        foreach (Conv2d convolution in model.modules().OfType<Conv2d>())
        {
            nn.init.kaiming_normal_(convolution.weight!, mode: nn.init.FanInOut.FanOut, nonlinearity: nn.init.NonlinearityType.ReLU);
            if (convolution.bias is { } bias) nn.init.zeros_(bias);
        }
    }

    /// <summary>As <see cref="KaimingFanOut"/>, with linear layers normal(0, 0.01) and no bias.</summary>
    public static void Vgg(nn.Module model)
    {
        KaimingFanOut(model);
        foreach (Linear linear in model.modules().OfType<Linear>())
        {
            nn.init.normal_(linear.weight!, 0, 0.01);
            nn.init.zeros_(linear.bias!);
        }
    }
}
