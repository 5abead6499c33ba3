using MLTransfer.Models.Blocks;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace MLTransfer.Models;

/// <summary>A module whose children are registered by name, in the order they have in the <c>state_dict</c>.</summary>
public abstract class NamedModule : nn.Module<Tensor, Tensor>
{
    private readonly List<IFoldable> _units = [];

    /// <summary>Creates a module without children.</summary>
    /// <param name="name">The kind of module, as <c>GetName</c> prints it.</param>
    protected NamedModule(string name) : base(name)
    {
    }

    /// <summary>Does nothing: children are registered with <see cref="Child"/> where they are created, fields are ignored.</summary>
    protected override void RegisterComponents()
    {
    }

    internal IEnumerable<IFoldable> FoldableUnits() =>
        _units.Concat(children().OfType<NamedModule>().SelectMany(child => child.FoldableUnits()));

    /// <summary>
    /// Frees the parameters and buffers of the module and its children, and folded weights: TorchSharp 0.107 leaves them to the finalizers.
    /// </summary>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            foreach (IFoldable unit in FoldableUnits()) unit.Unfold();
            foreach (Tensor tensor in state_dict().Values) tensor.Dispose();
        }

        base.Dispose(disposing);
    }

    /// <summary>Registers a module under its name in the <c>state_dict</c> and returns it.</summary>
    /// <exception cref="InvalidOperationException">There is a module of that name.</exception>
    protected internal T Child<T>(string name, T module) where T : nn.Module
    {
        register_module(name, module);
        return module;
    }

    /// <summary>
    /// Registers a convolution and the batch norm after it (none where <paramref name="norm"/> is null) and returns the pair.
    /// </summary>
    /// <param name="convolution">The name of the convolution.</param>
    /// <param name="norm">The name of the batch norm.</param>
    /// <param name="shape">The channels, kernel, stride, padding and groups of the convolution.</param>
    /// <param name="options">The options of the batch norm. Null: PyTorch's defaults.</param>
    /// <param name="bias">Whether the convolution has a bias. Null: where there is no batch norm.</param>
    internal ConvolutionUnit Convolution(
        string convolution, string? norm, ConvolutionShape shape, BatchNormOptions? options = null, bool? bias = null)
    {
        Conv2d kernel = Child(convolution, shape.Build(bias ?? norm is null));
        (double epsilon, double momentum) = options ?? BatchNormOptions.Default;
        var unit = new ConvolutionUnit(kernel, norm is null ? null : Child(norm, nn.BatchNorm2d(shape.Outputs, epsilon, momentum)), shape);
        _units.Add(unit);
        return unit;
    }

    /// <summary>Registers a linear layer.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="inputs">The width of its input.</param>
    /// <param name="outputs">The width of its output.</param>
    /// <param name="scale">A learned factor for each output, which the layer does not hold itself; null for none.</param>
    /// <param name="bias">Whether it has a bias.</param>
    internal LinearUnit Linear(string name, long inputs, long outputs, Func<Tensor>? scale = null, bool bias = true)
    {
        var unit = new LinearUnit(Child(name, Initialization.NewLinear(inputs, outputs, bias)), scale);
        _units.Add(unit);
        return unit;
    }

    /// <summary>A tensor that is computed from weights alone, which folding caches.</summary>
    internal DerivedTensor Derived(Func<Tensor> compute)
    {
        var derived = new DerivedTensor(compute);
        _units.Add(derived);
        return derived;
    }

    internal LayerNormUnit LayerNorm(string name, long width, double epsilon = 1e-5) => new(Child(name, nn.LayerNorm(width, epsilon)));
}
