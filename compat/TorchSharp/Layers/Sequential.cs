using System.Globalization;
using System.Runtime.CompilerServices;
using static TorchSharp.torch;

namespace TorchSharp.Modules;

/// <summary>Modules one after the other, named by their position unless they were given names.</summary>
public class Sequential : nn.Module<Tensor, Tensor>
{
    private readonly List<(string Name, nn.IModule<Tensor, Tensor> Module)> _steps = [];

    internal Sequential() : base(nameof(Sequential))
    {
    }

    protected Sequential(params (string name, nn.Module<Tensor, Tensor> submodule)[] modules) : this()
    {
        foreach (var (name, submodule) in modules)
            append(name, submodule);
    }

    protected Sequential(params nn.Module<Tensor, Tensor>[] modules) : this()
    {
        foreach (var module in modules)
            append(module);
    }

    public int Count => _steps.Count;

    [IndexerName("SequentialItems")]
    public nn.IModule<Tensor, Tensor> this[int index] => _steps[index].Module;

    [IndexerName("SequentialItems")]
    public Sequential this[Range index]
    {
        get
        {
            var (start, length) = index.GetOffsetAndLength(Count);
            var part = new Sequential();
            foreach (var (name, module) in _steps.Slice(start, length))
                part.append(name, module);
            return part;
        }
    }

    public Sequential append(string name, nn.IModule<Tensor, Tensor> module)
    {
        _steps.Add((name, module));
        return this;
    }

    public Sequential append(nn.IModule<Tensor, Tensor> module) => append(Count.ToString(CultureInfo.InvariantCulture), module);

    public override IEnumerable<(string name, nn.Module module)> named_children() =>
        _steps.Select(step => (step.Name, (nn.Module)step.Module)).ToList();

    public override IEnumerable<(string name, Tensor buffer)> named_buffers(bool recurse = true, bool include_persistent = true) =>
        base.named_buffers(recurse, include_persistent);

    public override void train(bool on = true) => base.train(on);

    /// <summary>Disposes what is passed from one step to the next.</summary>
    public override Tensor forward(Tensor tensor)
    {
        if (Count == 0)
            return tensor.alias();
        var current = _steps[0].Module.call(tensor);
        foreach (var (_, module) in _steps.Skip(1))
        {
            var next = module.call(current);
            current.Dispose();
            current = next;
        }
        return current;
    }
}
