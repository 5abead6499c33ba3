using static TorchSharp.torch;

namespace TorchSharp.Modules;

public sealed class Linear : nn.Module<Tensor, Tensor>
{
    [Utils.ComponentName(Name = nameof(weight))]
    private Parameter? _weight;

    [Utils.ComponentName(Name = nameof(bias))]
    private Parameter? _bias;

    internal Linear(Parameter weight, Parameter? bias) : base(nameof(Linear))
    {
        (in_features, out_features) = (weight.shape[1], weight.shape[0]);
        this.weight = weight;
        if (bias is not null)
            this.bias = bias;
    }

    internal Linear(long inputSize, long outputSize, bool hasBias, Device? device, ScalarType? dtype) : base(nameof(Linear))
    {
        (in_features, out_features) = (inputSize, outputSize);
        weight = new Parameter(empty(outputSize, inputSize, dtype, device));
        nn.init.kaiming_uniform_(weight, Math.Sqrt(5));
        if (!hasBias)
            return;
        bias = new Parameter(empty(outputSize, dtype, device));
        var bound = inputSize > 0 ? 1 / Math.Sqrt(inputSize) : 0;
        nn.init.uniform_(bias, -bound, bound);
    }

    public long in_features { get; set; }

    public long out_features { get; set; }

    public Parameter weight
    {
        get => _weight!;
        set => Components.Replace(ref _weight, value ?? throw new ArgumentNullException(nameof(weight)), Register(nameof(weight)));
    }

    public Parameter? bias
    {
        get => _bias;
        set => Components.Replace(ref _bias, value, Register(nameof(bias)));
    }

    public override Tensor forward(Tensor tensor) => nn.functional.linear(tensor, weight, bias);

    private Action<Parameter?> Register(string component) => value => ConditionallyRegisterParameter(component, value);
}
