using TorchSharp.Interop;
using static TorchSharp.Interop.Native;

namespace TorchSharp.Modules;

/// <summary>What the optimizers share: default options, and groups that take what they lack from them.</summary>
public abstract class OptimizerHelper : torch.optim.Optimizer
{
    protected OptimizerOptions _defaults = null!;

    private protected OptimizerHelper(nint handle) : base(handle)
    {
    }

    public override void add_param_group(ParamGroup param_group)
    {
        var options = Completed(param_group.Options);
        options.InitialLearningRate = options.LearningRate!.Value;
        param_group.Options = options;
        var parameters = param_group.Parameters.ToList();
        Add(Handles.Of(parameters));
        GC.KeepAlive(parameters);
        _parameter_groups.Add(param_group);
    }

    /// <summary>Saves what the optimizer remembers of its steps, in a format of its own.</summary>
    public void save_state_dict(string location)
    {
        mlt_optimizer_save(Handle, location);
        GC.KeepAlive(this);
    }

    /// <summary>Brings back what <see cref="save_state_dict"/> saved of an optimizer of the same kind and parameters.</summary>
    public void load_state_dict(string location)
    {
        mlt_optimizer_load(Handle, location);
        GC.KeepAlive(this);
    }

    /// <summary>Options with nothing left out.</summary>
    private protected abstract OptimizerOptions Completed(OptimizerOptions? options);

    private protected abstract void Add(nint[] parameters);

    private protected static void Check(bool valid, string name, double value)
    {
        if (!valid)
            throw new ArgumentException($"Invalid {name}: {value}");
    }
}
