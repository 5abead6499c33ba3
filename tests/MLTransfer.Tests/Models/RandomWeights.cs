using MLTransfer.Models;
using static TorchSharp.torch;

namespace MLTransfer.Tests.Models;

/// <summary>
/// Makes random what networks start as constants: with a scale of one, a bias or a classifier of zero much could be wrong unseen.
/// </summary>
internal static class RandomWeights
{
    public static void Fill(ImageModel model)
    {
        using var scope = NewDisposeScope();
        using var frozen = no_grad();
        foreach (var parameter in model.parameters().Where(parameter => parameter.min().Equals(parameter.max())))
            parameter.add_(randn(parameter.shape), 0.05);
        foreach ((string name, Tensor value) in model.state_dict())
        {
            if (name.EndsWith("running_mean", StringComparison.Ordinal)) value.normal_(0, 0.1);
            if (name.EndsWith("running_var", StringComparison.Ordinal)) value.uniform_(0.5, 1.5);
        }
    }
}
