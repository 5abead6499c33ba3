using TorchSharp.Modules;
using static TorchSharp.torch;

namespace MLTransfer.Models.Blocks;

/// <summary>
/// Parameters that a network holds itself, in none of its layers, seen as a module: layer groups are made of modules. It is not registered
/// anywhere.
/// </summary>
/// <param name="owner">The module that has them.</param>
/// <param name="names">Their names from there.</param>
internal sealed class LooseParameters(nn.Module owner, params string[] names) : NamedModule(nameof(LooseParameters))
{
    public override IEnumerable<(string name, Parameter parameter)> named_parameters(bool recurse = true) =>
        names.Select(name => (name, owner.get_parameter(name)!));

    public override Tensor forward(Tensor input) => throw new NotSupportedException("The network uses its own parameters.");
}
