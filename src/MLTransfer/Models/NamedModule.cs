using static TorchSharp.torch;

namespace MLTransfer.Models;

/// <summary>A module whose children carry the names torchvision gives them, in the order they are registered.</summary>
public abstract class NamedModule : nn.Module<Tensor, Tensor>
{
    private readonly List<IFoldable> _units = [];

    /// <summary>Creates a module without children.</summary>
    /// <param name="name">The kind of module, as <c>GetName</c> prints it.</param>
    protected NamedModule(string name) : base(name)
    {
    }

    /// <summary>Children are registered by name where they are made; fields are never looked at.</summary>
    protected override void RegisterComponents()
    {
    }

    internal IEnumerable<IFoldable> FoldableUnits() =>
        _units.Concat(children().OfType<NamedModule>().SelectMany(child => child.FoldableUnits()));

    private protected T Child<T>(string name, T module) where T : nn.Module
    {
        register_module(name, module);
        return module;
    }

    /// <summary>Registers a convolution and the batch norm behind it (none where <paramref name="norm"/> is null) and returns the pair.</summary>
    private protected ConvolutionUnit Convolution(string convolution, string? norm, ConvolutionShape shape, double epsilon = 1e-5)
    {
        var unit = new ConvolutionUnit(
            Child(convolution, shape.Build(bias: norm is null)), norm is null ? null : Child(norm, nn.BatchNorm2d(shape.Outputs, eps: epsilon)), shape);
        _units.Add(unit);
        return unit;
    }

    private protected LinearUnit Linear(string name, long inputs, long outputs)
    {
        var unit = new LinearUnit(Child(name, nn.Linear(inputs, outputs)));
        _units.Add(unit);
        return unit;
    }
}
