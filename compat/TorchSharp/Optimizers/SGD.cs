using TorchSharp.Interop;
using static TorchSharp.Interop.Native;

namespace TorchSharp.Modules;

/// <summary>Gradient descent, with momentum or without.</summary>
public class SGD : OptimizerHelper, torch.optim.IMomentum
{
    public SGD(
        IEnumerable<Parameter> parameters, double lr, double momentum = 0.0, double dampening = 0, double weight_decay = 0,
        bool nesterov = false, bool maximize = false)
        : this([new ParamGroup { Parameters = parameters }], lr, momentum, dampening, weight_decay, nesterov, maximize)
    {
    }

    public SGD(
        IEnumerable<ParamGroup> parameters, double lr, double momentum = 0.0, double dampening = 0, double weight_decay = 0,
        bool nesterov = false, bool maximize = false) : base(mlt_sgd_create())
    {
        Check(lr >= 0, "learning rate", lr);
        Check(momentum >= 0, "momentum value", momentum);
        Check(weight_decay >= 0, "weight_decay value", weight_decay);
        if (nesterov && (momentum <= 0 || dampening != 0))
            throw new ArgumentException("Nesterov momentum requires a momentum and zero dampening");
        _defaults = new Options
        {
            LearningRate = lr,
            InitialLearningRate = lr,
            momentum = momentum,
            dampening = dampening,
            weight_decay = weight_decay,
            nesterov = nesterov,
            maximize = maximize,
        };
        foreach (var group in parameters)
            add_param_group(group);
    }

    public double Momentum
    {
        get => ((Options)_defaults).momentum!.Value;
        set => ((Options)_defaults).momentum = value;
    }

    private protected override OptimizerOptions Completed(OptimizerOptions? options)
    {
        var (given, defaults) = ((Options?)options ?? new Options(), (Options)_defaults);
        given.LearningRate ??= defaults.LearningRate;
        given.momentum ??= defaults.momentum;
        given.dampening ??= defaults.dampening;
        given.weight_decay ??= defaults.weight_decay;
        given.nesterov ??= defaults.nesterov;
        given.maximize ??= defaults.maximize;
        return given;
    }

    private protected override void Add(nint[] parameters) => mlt_sgd_add(Handle, parameters, parameters.Length);

    private protected override void Configure(int group, OptimizerOptions options)
    {
        var o = (Options)options;
        mlt_sgd_set(
            Handle, group, o.LearningRate!.Value, o.momentum!.Value, o.dampening!.Value, o.weight_decay!.Value, o.nesterov!.Value, o.maximize!.Value);
    }

    public class Options : OptimizerOptions
    {
        public double? momentum;
        public double? dampening;
        public double? weight_decay;
        public bool? nesterov;
        public bool? maximize;
    }

    public class ParamGroup : ParamGroup<Options>, torch.optim.IMomentum
    {
        public ParamGroup()
        {
        }

        public ParamGroup(IEnumerable<Parameter> parameters, Options options) : base(parameters, options)
        {
        }

        public ParamGroup(
            IEnumerable<Parameter> parameters, double lr = 1e-3, double momentum = 0.0, double dampening = 0, double weight_decay = 0,
            bool nesterov = false, bool maximize = false)
            : base(parameters, new Options
            {
                LearningRate = lr,
                momentum = momentum,
                dampening = dampening,
                weight_decay = weight_decay,
                nesterov = nesterov,
                maximize = maximize,
            })
        {
        }

        public double Momentum
        {
            get => Options.momentum!.Value;
            set => Options.momentum = value;
        }
    }
}
