using static TorchSharp.torch;

namespace TorchSharp.Modules;

/// <summary>What convolutions of every dimension share: the weights, their start, the padding.</summary>
public abstract class Convolution : nn.Module<Tensor, Tensor>
{
    [Utils.ComponentName(Name = nameof(weight))]
    protected Parameter? _weight;

    [Utils.ComponentName(Name = nameof(bias))]
    protected Parameter? _bias;

    protected long[] _reversed_padding_repeated_twice = [];

    protected Convolution(
        string name, long in_channels, long out_channels, long[] kernel_size, long[] stride, long[]? padding, Padding? padding_type,
        long[] dilation, bool transposed, long[] output_padding, long groups, bool bias, PaddingModes padding_mode,
        Device? device = null, ScalarType? dtype = null) : base(name)
    {
        if (transposed)
            throw new NotSupportedException("The TorchSharp stand-in has no transposed convolutions.");
        (this.in_channels, this.out_channels, this.groups) = (in_channels, out_channels, groups);
        (this.kernel_size, this.stride, this.dilation, this.output_padding) = (kernel_size, stride, dilation, output_padding);
        this.padding_mode = padding_mode;
        if (padding_type is { } type)
            SetPadding(type);
        else
            SetPadding(padding ?? new long[kernel_size.Length]);
        weight = new Parameter(empty([out_channels, in_channels / groups, .. kernel_size], dtype, device));
        if (bias)
            this.bias = new Parameter(empty(out_channels, dtype, device));
        reset_parameters();
    }

    public long in_channels { get; }

    public long out_channels { get; }

    public bool transposed => false;

    public Padding? padding_type { get; private set; }

    public long[]? padding { get; private set; }

    public PaddingModes padding_mode { get; set; }

    public long groups { get; set; }

    public long[] kernel_size { get; set; }

    public long[] stride { get; set; }

    public long[] dilation { get; set; }

    public long[] output_padding { get; set; }

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

    public void SetPadding(long[] padding)
    {
        (padding_type, this.padding) = (null, padding);
        _reversed_padding_repeated_twice = [.. padding.Reverse().SelectMany(width => new[] { width, width })];
    }

    public void SetPadding(Padding padding)
    {
        (padding_type, this.padding) = (padding, null);
        _reversed_padding_repeated_twice = padding == Padding.Valid ? new long[2 * kernel_size.Length] : SamePadding();
    }

    public void reset_parameters()
    {
        nn.init.kaiming_uniform_(weight, Math.Sqrt(5));
        var (fanIn, _) = nn.init.CalculateFanInAndFanOut(weight);
        if (bias is not null && fanIn != 0)
            nn.init.uniform_(bias, -1 / Math.Sqrt(fanIn), 1 / Math.Sqrt(fanIn));
    }

    protected bool ValidateShape(Tensor input, long dimensions)
    {
        var shape = input.shape;
        return (shape.Length == dimensions + 2 && shape[1] == in_channels) || (shape.Length == dimensions + 1 && shape[0] == in_channels);
    }

    /// <summary>Both ends of each dimension, last dimension first; the odd one goes to the far end.</summary>
    private long[] SamePadding() => [.. Enumerable.Range(0, kernel_size.Length).Reverse().SelectMany(i =>
    {
        var total = dilation[i] * (kernel_size[i] - 1);
        return new[] { total / 2, total - total / 2 };
    })];

    private Action<Parameter?> Register(string component) => value => ConditionallyRegisterParameter(component, value);
}
