using static TorchSharp.torch;

namespace MLTransfer.Models.Blocks;

/// <summary>
/// A module that only gives its children their names: torchvision's <c>features.3</c>, <c>classifier.6</c>. The layer groups run them.
/// </summary>
internal sealed class Container(string name) : NamedModule(name)
{
    public override Tensor forward(Tensor input) =>
        throw new NotSupportedException($"The layer groups run what is in '{GetName()}' one by one.");
}
