using MLTransfer.Models.Blocks;
using static TorchSharp.torch;

namespace MLTransfer.Models;

/// <summary>
/// A module that can also describe itself as a graph of operations, so that a network with it can be saved as ONNX, and predicts faster.
/// </summary>
public interface IExportable
{
    /// <summary>
    /// Appends the operations that the module's <c>forward</c> does in evaluation mode. It may read the weights but not the values of the
    /// input, of which only the shape is known.
    /// </summary>
    /// <param name="input">The input.</param>
    /// <returns>The output.</returns>
    SymbolicTensor Export(SymbolicTensor input);
}

/// <summary>
/// A tensor of a network while it is exported: its shape is known, its values are not. Each operation is appended to the graph and returns
/// its result; <see cref="Through"/> appends a whole module. Weights are copied into the graph.
/// </summary>
public sealed partial class SymbolicTensor
{
    private readonly NetworkGraph _graph;
    private readonly long[] _shape;

    internal SymbolicTensor(NetworkGraph graph, string name, params long[] shape)
    {
        _graph = graph;
        Name = name;
        _shape = shape;
    }

    /// <summary>
    /// The shape. The number of images in a batch is not known: a first dimension of −1 stands for it, −k for k times as many.
    /// </summary>
    public IReadOnlyList<long> Shape => _shape;

    /// <summary>The name of the value in the graph.</summary>
    internal string Name { get; }

    /// <summary>Adds two tensors; dimensions of length 1 are repeated.</summary>
    public static SymbolicTensor operator +(SymbolicTensor left, SymbolicTensor right) => left.Both("Add", right);

    /// <summary>Adds a constant; dimensions of length 1 are repeated.</summary>
    public static SymbolicTensor operator +(SymbolicTensor left, Tensor right) => left + left.Constant(right);

    /// <summary>Multiplies two tensors element by element; dimensions of length 1 are repeated.</summary>
    public static SymbolicTensor operator *(SymbolicTensor left, SymbolicTensor right) => left.Both("Mul", right);

    /// <summary>Multiplies by a constant, element by element; dimensions of length 1 are repeated.</summary>
    public static SymbolicTensor operator *(SymbolicTensor left, Tensor right) => left * left.Constant(right);

    /// <summary>Multiplies every element.</summary>
    public static SymbolicTensor operator *(SymbolicTensor left, double right)
    {
        using Tensor factor = tensor(right, ScalarType.Float64);
        return left * factor;
    }

    /// <summary>
    /// Appends a module: one with <see cref="IExportable"/>, or one of torch's layers Conv2d, BatchNorm2d, LayerNorm, Linear, ReLU, GELU,
    /// LogSoftmax, Dropout, Flatten, Identity or Sequential.
    /// </summary>
    /// <exception cref="NotSupportedException">It is none of them.</exception>
    public SymbolicTensor Through(nn.Module module)
    {
        ArgumentNullException.ThrowIfNull(module);
        return module is IExportable exportable ? exportable.Export(this) : TorchModules.Export(module, this);
    }

    /// <summary>Convolves maps (N, C, H, W).</summary>
    /// <param name="weight">The kernels (outputs, C / groups, height, width).</param>
    /// <param name="bias">Added to each output channel; null for none.</param>
    /// <param name="stride">The stride down and across.</param>
    /// <param name="padding">The zeros above and below, and left and right.</param>
    /// <param name="groups">The number of groups of channels.</param>
    /// <param name="dilation">The spacing of the kernel down and across. Null: 1.</param>
    public SymbolicTensor Convolve(
        Tensor weight, Tensor? bias, (long, long) stride, (long, long) padding, long groups = 1, (long, long)? dilation = null)
    {
        ArgumentNullException.ThrowIfNull(weight);
        (long down, long across) = dilation ?? (1, 1);
        string[] inputs = bias is null ? [Name, ConstantName(weight)] : [Name, ConstantName(weight), ConstantName(bias)];
        long[] kernel = weight.shape;
        long height = (_shape[2] + 2 * padding.Item1 - down * (kernel[2] - 1) - 1) / stride.Item1 + 1;
        long width = (_shape[3] + 2 * padding.Item2 - across * (kernel[3] - 1) - 1) / stride.Item2 + 1;
        return Result("Conv", inputs, [_shape[0], kernel[0], height, width],
            ("kernel_shape", new[] { kernel[2], kernel[3] }), ("strides", new[] { stride.Item1, stride.Item2 }),
            ("pads", new[] { padding.Item1, padding.Item2, padding.Item1, padding.Item2 }), ("group", groups),
            ("dilations", new[] { down, across }));
    }

    /// <summary>A linear layer over the last dimension: x · weightᵀ + bias.</summary>
    /// <param name="weight">(outputs, inputs).</param>
    /// <param name="bias">(outputs); null for none.</param>
    public SymbolicTensor Linear(Tensor weight, Tensor? bias)
    {
        ArgumentNullException.ThrowIfNull(weight);
        long[] shape = [.. _shape[..^1], weight.shape[0]];
        if (_shape.Length == 2 || _graph.Knows(BeyondOnnx.Linear))
        {
            string[] inputs = bias is null ? [Name, ConstantName(weight)] : [Name, ConstantName(weight), ConstantName(bias)];
            return _graph.Knows(BeyondOnnx.Linear) ? Result(BeyondOnnx.Linear, inputs, shape)
                : Result("Gemm", inputs, shape, ("transB", 1L));
        }

        using Tensor transposed = weight.t();
        SymbolicTensor product = MatMul(Constant(transposed));
        return bias is null ? product : product + bias;
    }

    /// <summary>Matrix products over the last two dimensions.</summary>
    public SymbolicTensor MatMul(SymbolicTensor right)
    {
        ArgumentNullException.ThrowIfNull(right);
        long[] leading = Broadcast(_shape[..^2], right._shape[..^2]);
        return Result("MatMul", [Name, right.Name], [.. leading, _shape[^2], right._shape[^1]]);
    }

    /// <summary>
    /// Scaled dot-product attention of queries (…, L, D) to keys and values (…, T, D): softmax(this · keyᵀ / √D + mask) · value.
    /// </summary>
    /// <param name="key">The keys.</param>
    /// <param name="value">The values.</param>
    /// <param name="mask">Added to the products; null for none.</param>
    public SymbolicTensor Attend(SymbolicTensor key, SymbolicTensor value, Tensor? mask = null)
    {
        ArgumentNullException.ThrowIfNull(key);
        ArgumentNullException.ThrowIfNull(value);
        if (_graph.Knows(BeyondOnnx.Attention))
        {
            string[] inputs = mask is null ? [Name, key.Name, value.Name] : [Name, key.Name, value.Name, ConstantName(mask)];
            return Result(BeyondOnnx.Attention, inputs, [.. _shape[..^1], value._shape[^1]]);
        }

        long[] order = [.. Enumerable.Range(0, key._shape.Length - 2), key._shape.Length - 1, key._shape.Length - 2];
        SymbolicTensor products = (this * (1 / Math.Sqrt(_shape[^1]))).MatMul(key.Permute(order));
        return (mask is null ? products : products + mask).Softmax().MatMul(value);
    }

    /// <summary>Layer normalization over the last dimension, with a weight and a bias for each of its elements.</summary>
    public SymbolicTensor LayerNorm(Tensor weight, Tensor? bias, double epsilon)
    {
        string[] inputs = bias is null ? [Name, ConstantName(weight)] : [Name, ConstantName(weight), ConstantName(bias)];
        return Result("LayerNormalization", inputs, _shape, ("axis", -1L), ("epsilon", epsilon));
    }

    /// <summary>Divides each vector of the last dimension by its Euclidean length; one without any length stays zero.</summary>
    public SymbolicTensor Normalized()
    {
        SymbolicTensor squares = this * this;
        var sum = Result("ReduceSum", [squares.Name, _graph.Constant(-1)], [.. _shape[..^1], 1], ("keepdims", 1L));
        using Tensor least = tensor(_graph.SmallestSquare);
        return Both("Div", sum.Both("Max", Constant(least)).Each("Sqrt"));
    }

    /// <summary>max(x, 0).</summary>
    public SymbolicTensor Relu() => Each("Relu");

    /// <summary>x within 0 and 6.</summary>
    public SymbolicTensor Relu6()
    {
        using Tensor least = tensor(0f), most = tensor(6f);
        return Result("Clip", [Name, ConstantName(least), ConstantName(most)], _shape);
    }

    /// <summary>1 / (1 + exp(−x)).</summary>
    public SymbolicTensor Sigmoid() => Each("Sigmoid");

    /// <summary>x / 6 + 1/2, within 0 and 1.</summary>
    public SymbolicTensor HardSigmoid() => Result("HardSigmoid", [Name], _shape, ("alpha", 1.0 / 6), ("beta", 0.5));

    /// <summary>x times its hard sigmoid.</summary>
    public SymbolicTensor HardSwish() => Each("HardSwish");

    /// <summary>x times its sigmoid.</summary>
    public SymbolicTensor Silu() => _graph.Knows(BeyondOnnx.Silu) ? Each(BeyondOnnx.Silu) : this * Sigmoid();

    /// <summary>x times the probability that a standard normal number is below x.</summary>
    public SymbolicTensor Gelu()
    {
        if (_graph.Knows(BeyondOnnx.Gelu)) return Each(BeyondOnnx.Gelu);
        using Tensor one = tensor(1f);
        return this * ((this * Math.Sqrt(0.5)).Each("Erf") + one) * 0.5;
    }

    /// <summary>The hyperbolic tangent.</summary>
    public SymbolicTensor Tanh() => Each("Tanh");

    /// <summary>exp(x), divided by its sum over the last dimension.</summary>
    public SymbolicTensor Softmax() => Result("Softmax", [Name], _shape, ("axis", -1L));

    /// <summary>The logarithm of softmax over the last dimension.</summary>
    public SymbolicTensor LogSoftmax() => Result("LogSoftmax", [Name], _shape, ("axis", -1L));

    private SymbolicTensor Each(string operation) => Result(operation, [Name], _shape);

    private SymbolicTensor Both(string operation, SymbolicTensor right) =>
        Result(operation, [Name, right.Name], Broadcast(_shape, right._shape));

    private SymbolicTensor Constant(Tensor values) => new(_graph, ConstantName(values), values.shape);

    private string ConstantName(Tensor values) => _graph.Constant(values);

    private SymbolicTensor Result(string operation, string[] inputs, long[] shape, params ReadOnlySpan<(string, object)> attributes)
    {
        string name = _graph.Add(operation, inputs, attributes);
        _graph.Declare(name, shape);
        return new(_graph, name, shape);
    }

    private static long[] Broadcast(long[] left, long[] right)
    {
        long[] shape = new long[Math.Max(left.Length, right.Length)];
        for (int i = 1; i <= shape.Length; i++)
        {
            long one = i <= left.Length ? left[^i] : 1, other = i <= right.Length ? right[^i] : 1;
            if (one != other && one != 1 && other != 1)
                throw new ArgumentException($"The shapes {Text(left)} and {Text(right)} do not fit together.");
            shape[^i] = one == 1 ? other : one;
        }

        return shape;
    }

    private static string Text(long[] shape) => $"({string.Join(", ", shape)})";
}

/// <summary>
/// The graph that <see cref="SymbolicTensor"/> appends operations to. They are named and defined as in ONNX's operator set 17, or in
/// <see cref="BeyondOnnx"/>; a first dimension of a shape that depends on the batch is −1.
/// </summary>
internal abstract class NetworkGraph
{
    /// <summary>The layer group that is exported, for the names of nodes and weights; empty before and after them.</summary>
    public string Scope { get; set; } = "";

    /// <summary>
    /// The square of the smallest length that a vector is divided by: that of torch's 1e-12, or the smallest normal number of the format.
    /// </summary>
    public abstract float SmallestSquare { get; }

    /// <summary>Whether the graph takes an operation of <see cref="BeyondOnnx"/>, which otherwise becomes several of ONNX's.</summary>
    public virtual bool Knows(string operation) => false;

    /// <summary>Tells the shape of a result. Default: nothing is done with it.</summary>
    public virtual void Declare(string name, long[] shape)
    {
    }

    /// <summary>Appends an operation.</summary>
    /// <param name="operation">Its name, such as <c>Conv</c>.</param>
    /// <param name="inputs">The names of its inputs.</param>
    /// <param name="attributes">Each a name and a <see cref="long"/>, <see cref="double"/>, <see cref="string"/> or array of long.</param>
    /// <returns>The name of its result.</returns>
    public abstract string Add(string operation, IReadOnlyList<string> inputs, params ReadOnlySpan<(string Name, object Value)> attributes);

    /// <summary>Adds a constant in the number format of the network, and returns its name.</summary>
    public abstract string Constant(Tensor values);

    /// <summary>Adds a constant of whole numbers, (length), and returns its name.</summary>
    public abstract string Constant(params long[] values);
}

/// <summary>Operations of torch's that ONNX's operator set 17 puts together from others.</summary>
internal static class BeyondOnnx
{
    /// <summary>x · weightᵀ + bias, over the last dimension.</summary>
    public const string Linear = "Linear";

    /// <inheritdoc cref="SymbolicTensor.Gelu"/>
    public const string Gelu = "Gelu";

    /// <inheritdoc cref="SymbolicTensor.Silu"/>
    public const string Silu = "Silu";

    /// <inheritdoc cref="SymbolicTensor.Attend"/>
    public const string Attention = "Attention";
}
