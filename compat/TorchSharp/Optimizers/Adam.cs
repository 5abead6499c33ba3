using TorchSharp.Interop;
using static TorchSharp.Interop.Native;

namespace TorchSharp.Modules;

/// <summary>Steps scaled by averages of the gradient and of its square; weight decay is part of the gradient.</summary>
public class Adam : OptimizerHelper, torch.optim.IBetas
{
    public Adam(
        IEnumerable<Parameter> parameters, double lr = 1e-3, double beta1 = 0.9, double beta2 = 0.999, double eps = 1e-8, double weight_decay = 0,
        bool amsgrad = false, bool maximize = false)
        : this([new ParamGroup { Parameters = parameters }], lr, beta1, beta2, eps, weight_decay, amsgrad, maximize)
    {
    }

    public Adam(
        IEnumerable<ParamGroup> parameters, double lr = 1e-3, double beta1 = 0.9, double beta2 = 0.999, double eps = 1e-8, double weight_decay = 0,
        bool amsgrad = false, bool maximize = false) : base(mlt_adam_create())
    {
        Check(lr >= 0, "learning rate", lr);
        Check(eps >= 0, "ε", eps);
        Check(beta1 is >= 0 and < 1, "beta1", beta1);
        Check(beta2 is >= 0 and < 1, "beta2", beta2);
        Check(weight_decay >= 0, "weight_decay value", weight_decay);
        _defaults = new Options
        {
            LearningRate = lr,
            InitialLearningRate = lr,
            beta1 = beta1,
            beta2 = beta2,
            eps = eps,
            weight_decay = weight_decay,
            amsgrad = amsgrad,
            maximize = maximize,
        };
        foreach (var group in parameters)
            add_param_group(group);
    }

    public (double, double) Betas
    {
        get => (((Options)_defaults).beta1!.Value, ((Options)_defaults).beta2!.Value);
        set => (((Options)_defaults).beta1, ((Options)_defaults).beta2) = value;
    }

    private protected override OptimizerOptions Completed(OptimizerOptions? options)
    {
        var (given, defaults) = ((Options?)options ?? new Options(), (Options)_defaults);
        given.LearningRate ??= defaults.LearningRate;
        given.beta1 ??= defaults.beta1;
        given.beta2 ??= defaults.beta2;
        given.eps ??= defaults.eps;
        given.weight_decay ??= defaults.weight_decay;
        given.amsgrad ??= defaults.amsgrad;
        given.maximize ??= defaults.maximize;
        return given;
    }

    private protected override void Add(nint[] parameters) => mlt_adam_add(Handle, parameters, parameters.Length);

    private protected override void Configure(int group, OptimizerOptions options)
    {
        var o = (Options)options;
        mlt_adam_set(
            Handle, group, o.LearningRate!.Value, o.beta1!.Value, o.beta2!.Value, o.eps!.Value, o.weight_decay!.Value, o.amsgrad!.Value,
            o.maximize!.Value);
    }

    public class Options : OptimizerOptions
    {
        public double? beta1;
        public double? beta2;
        public double? weight_decay;
        public double? eps;
        public bool? amsgrad;
        public bool? maximize;
    }

    public class ParamGroup : ParamGroup<Options>, torch.optim.IBetas
    {
        public ParamGroup()
        {
        }

        public ParamGroup(IEnumerable<Parameter> parameters, Options options) : base(parameters, options)
        {
        }

        public ParamGroup(
            IEnumerable<Parameter> parameters, double lr = 1e-3, double beta1 = 0.9, double beta2 = 0.999, double eps = 1e-8,
            double weight_decay = 0, bool amsgrad = false, bool maximize = false)
            : base(parameters, new Options
            {
                LearningRate = lr,
                beta1 = beta1,
                beta2 = beta2,
                eps = eps,
                weight_decay = weight_decay,
                amsgrad = amsgrad,
                maximize = maximize,
            })
        {
        }

        public (double, double) Betas
        {
            get => (Options.beta1!.Value, Options.beta2!.Value);
            set => (Options.beta1, Options.beta2) = value;
        }
    }
}
