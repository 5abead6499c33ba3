using static TorchSharp.torch;

namespace TorchSharp.Modules;

/// <summary>What normalizations share: scale and shift to learn, and the running statistics of what went through.</summary>
public abstract class NormBase : nn.Module<Tensor, Tensor>
{
    [Utils.ComponentName(Name = nameof(weight))]
    private Parameter? _weight;

    [Utils.ComponentName(Name = nameof(bias))]
    private Parameter? _bias;

    [Utils.ComponentName(Name = nameof(running_mean))]
    private Tensor? _running_mean;

    [Utils.ComponentName(Name = nameof(running_var))]
    private Tensor? _running_var;

    [Utils.ComponentName(Name = nameof(num_batches_tracked))]
    private Tensor? _num_batches_tracked;

    protected NormBase(
        long num_features, double eps, double? momentum, bool affine, bool track_running_stats, Device? device, ScalarType? dtype, string name)
        : base(name)
    {
        (this.num_features, this.eps, this.momentum) = (num_features, eps, momentum);
        (this.affine, this.track_running_stats) = (affine, track_running_stats);
        if (affine)
        {
            weight = new Parameter(empty(num_features, dtype, device));
            bias = new Parameter(empty(num_features, dtype, device));
        }
        if (track_running_stats)
        {
            running_mean = zeros(num_features, dtype, device);
            running_var = ones(num_features, dtype, device);
            num_batches_tracked = tensor(0L, dtype, device);
        }
        reset_parameters();
    }

    public long num_features { get; }

    public double eps { get; set; }

    public double? momentum { get; set; }

    public bool affine { get; }

    public bool track_running_stats { get; }

    public Parameter weight
    {
        get => _weight!;
        set => Components.Replace(ref _weight, value ?? throw new ArgumentNullException(nameof(weight)), OfParameter(nameof(weight)));
    }

    public Parameter? bias
    {
        get => _bias;
        set => Components.Replace(ref _bias, value, OfParameter(nameof(bias)));
    }

    public Tensor? running_mean
    {
        get => _running_mean;
        set => Components.Replace(ref _running_mean, value, OfBuffer(nameof(running_mean)));
    }

    public Tensor? running_var
    {
        get => _running_var;
        set => Components.Replace(ref _running_var, value, OfBuffer(nameof(running_var)));
    }

    public Tensor? num_batches_tracked
    {
        get => _num_batches_tracked;
        set => Components.Replace(ref _num_batches_tracked, value, OfBuffer(nameof(num_batches_tracked)));
    }

    public void reset_running_stats()
    {
        running_mean?.zero_();
        running_var?.fill_(1);
        num_batches_tracked?.zero_();
    }

    public void reset_parameters()
    {
        reset_running_stats();
        if (!affine)
            return;
        nn.init.ones_(weight);
        nn.init.zeros_(bias!);
    }

    protected abstract void ValidateInputDimensions(Tensor input);

    private Action<Parameter?> OfParameter(string component) => value => ConditionallyRegisterParameter(component, value);

    private Action<Tensor?> OfBuffer(string component) => value => ConditionallyRegisterBuffer(component, value);
}
