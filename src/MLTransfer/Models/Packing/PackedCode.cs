using System.Globalization;
using System.Text;
using TorchSharp;
using static TorchSharp.torch;

namespace MLTransfer.Models.Packing;

/// <summary>Writes operations as TorchScript that calls torch's operators, and for layers with weights those of oneDNN.</summary>
/// <param name="graph">The operations.</param>
/// <param name="type">The number format of all operations but those of the head.</param>
/// <param name="headName">The scope of the head, which computes in float32.</param>
/// <param name="batchSize">The number of images that weights are packed for.</param>
internal sealed class PackedCode(PackedGraph graph, ScalarType type, string headName, int batchSize)
{
    private const string NoNumbers = "annotate(List[Optional[number]], [])";

    // Operations that one function of torch's computes from the inputs alone.
    private static readonly Dictionary<string, string> Functions = new()
    {
        ["Add"] = "add", ["Mul"] = "mul", ["Div"] = "div", ["Max"] = "maximum", ["MatMul"] = "matmul", ["Sqrt"] = "sqrt", ["Tanh"] = "tanh",
        ["Relu"] = "relu", ["Sigmoid"] = "sigmoid", ["HardSigmoid"] = "hardsigmoid", ["HardSwish"] = "hardswish", ["Clip"] = "clamp",
        [BeyondOnnx.Gelu] = "gelu", [BeyondOnnx.Silu] = "silu",
    };

    private readonly List<Tensor> _tensors = [];
    private readonly Dictionary<(string Constant, ScalarType Type, bool IsPacked), int> _places = [];
    private readonly StringBuilder _packing = new();

    /// <summary>The tensors in the list that the code calls <c>w</c>, before they are packed; in the dispose scope of the caller.</summary>
    public IReadOnlyList<Tensor> Tensors => _tensors;

    /// <summary>The statements that pack the weights in the list.</summary>
    public string Packing => _packing.ToString();

    /// <summary>The statements of operations, in their order.</summary>
    /// <param name="operations">The operations.</param>
    /// <param name="result">The value that they are for.</param>
    public string Statements(IEnumerable<PackedOperation> operations, string result) => string.Concat(
        new LayerFusion(graph, operations, result).Steps.Select(step => $"    {step.Result} = {Expression(step)}\n"));

    /// <summary>The expression that converts a value to a number format.</summary>
    public static string To(ScalarType format, string value) => $"torch.to({value}, {(int)format}, False, False, None)";

    private string Expression(FusedStep step)
    {
        PackedOperation operation = step.Operation;
        if (operation.Name is "Add" or "Mul" && graph.Constants.ContainsKey(operation.Inputs[1])) return WithConstants(step);
        if (Functions.TryGetValue(operation.Name, out string? function))
            return $"torch.{function}({string.Join(", ", Enumerable.Range(0, operation.Inputs.Length).Select(First))})";
        return operation.Name switch
        {
            "Conv" => Convolution(step),
            BeyondOnnx.Linear => Linear(step),
            BeyondOnnx.Attention => Attention(operation),
            "LayerNormalization" => LayerNorm(operation),
            "Softmax" => $"torch.softmax({First(0)}, -1, None)",
            "LogSoftmax" => $"torch.log_softmax({First(0)}, -1, None)",
            "ReduceSum" => $"torch.sum({First(0)}, {Numbers(1)}, True)",
            "GlobalAveragePool" => $"torch.mean({First(0)}, [2, 3], True)",
            "MaxPool" or "AveragePool" => Pool(operation),
            "Reshape" => $"torch.reshape({First(0)}, {Numbers(1)})",
            "Transpose" => $"torch.permute({First(0)}, {List(operation.Numbers("perm"))})",
            "Slice" => $"torch.slice({First(0)}, {Number(3)}, {Number(1)}, {Number(2)}, {Number(4)})",
            "Pad" => $"torch.constant_pad_nd({First(0)}, {List(Padding(graph.Numbers[operation.Inputs[1]]))}, 0)",
            "Concat" => $"torch.cat([{string.Join(", ", Enumerable.Range(0, operation.Inputs.Length).Select(First))}], "
                + $"{operation.Attributes["axis"]})",
            _ => throw new NotSupportedException($"The operation {operation.Name} has no packed form."),
        };

        string First(int index) => Value(operation, index);
        string Numbers(int index) => List(graph.Numbers[operation.Inputs[index]]);
        string Number(int index) => graph.Numbers[operation.Inputs[index]][0].ToString(CultureInfo.InvariantCulture);
    }

    private string Attention(PackedOperation operation)
    {
        string mask = operation.Inputs.Length > 3 ? Value(operation, 3) : "None";
        return $"torch.scaled_dot_product_attention({Value(operation, 0)}, {Value(operation, 1)}, {Value(operation, 2)}, "
            + $"{mask}, 0., False)";
    }

    // Constants, as the mean of images and what batch norms add, stay in float32.
    private string WithConstants(FusedStep step)
    {
        PackedOperation operation = step.Operation;
        ScalarType format = TypeIn(operation);
        string value = operation.Inputs[0], constant = Constant(operation.Inputs[1], ScalarType.Float32);
        string exact = format == ScalarType.Float32 ? value : To(ScalarType.Float32, value);
        string result = step.Shift is { } shift ? $"torch.addcmul({Constant(shift, ScalarType.Float32)}, {exact}, {constant})"
            : $"torch.{Functions[operation.Name]}({exact}, {constant})";
        return format == ScalarType.Float32 ? result : To(format, result);
    }

    private string Convolution(FusedStep step)
    {
        PackedOperation operation = step.Operation;
        string geometry = $"{List(operation.Numbers("pads")[..2])}, {List(operation.Numbers("strides"))}, "
            + $"{List(operation.Numbers("dilations"))}, {operation.Attributes["group"]}";
        string weight = Packed(operation, at =>
            $"ops.mkldnn._reorder_convolution_weight({at}, {geometry}, {List([.. Lengths(operation.Inputs[0])])})");
        string layer = $"{weight}, {Bias(operation)}, {geometry}";
        if (step.Residual is null)
            return $"ops.mkldnn._convolution_pointwise({Value(operation, 0)}, {layer}, {Pointwise(step.Activation)})";
        string sum = $"{layer}, \"add\", 1., {(step.Activation is { } activation ? $"\"{activation}\"" : "None")}, {NoNumbers}, None";
        return step.OverwritesResidual
            ? $"ops.mkldnn._convolution_pointwise_({step.Residual}, {Value(operation, 0)}, {sum})"
            : $"ops.mkldnn._convolution_pointwise({Value(operation, 0)}, {step.Residual}, {sum})";
    }

    private string Linear(FusedStep step)
    {
        PackedOperation operation = step.Operation;
        long rows = Lengths(operation.Inputs[0]).SkipLast(1).Aggregate(1L, (product, length) => product * length);
        string layer = $"{Packed(operation, at => $"ops.mkldnn._reorder_linear_weight({at}, {rows})")}, {Bias(operation)}";
        return step.Residual is null
            ? $"ops.mkldnn._linear_pointwise({Value(operation, 0)}, {layer}, {Pointwise(step.Activation)})"
            : $"ops.mkldnn._linear_pointwise({Value(operation, 0)}, {step.Residual}, {layer}, \"add\")";
    }

    private string Bias(PackedOperation operation) => operation.Inputs.Length > 2 ? Value(operation, 2) : "None";

    private static string Pointwise(string? activation) => activation switch
    {
        "hardtanh" => "\"hardtanh\", annotate(List[Optional[number]], [0., 6.]), \"\"",
        "gelu" => $"\"gelu\", {NoNumbers}, \"none\"",
        _ => $"\"{activation ?? "none"}\", {NoNumbers}, \"\"",
    };

    // Statistics and weights stay in float32.
    private string LayerNorm(PackedOperation operation)
    {
        string epsilon = ((double)operation.Attributes["epsilon"]).ToString("0.0###############E+0", CultureInfo.InvariantCulture);
        string bias = operation.Inputs.Length > 2 ? Constant(operation.Inputs[2], ScalarType.Float32) : "None";
        return $"torch.layer_norm({Value(operation, 0)}, {List(graph.Constants[operation.Inputs[1]].shape)}, "
            + $"{Constant(operation.Inputs[1], ScalarType.Float32)}, {bias}, {epsilon}, True)";
    }

    private string Pool(PackedOperation operation)
    {
        long[] pads = operation.Numbers("pads");
        string geometry = $"{Value(operation, 0)}, {List(operation.Numbers("kernel_shape"))}, {List(operation.Numbers("strides"))}, "
            + List(pads[..2]);
        bool reachesOver = pads[0] != pads[2] || pads[1] != pads[3];
        return operation.Name == "MaxPool" ? $"torch.max_pool2d({geometry}, [1, 1], {(reachesOver ? "True" : "False")})"
            : $"torch.avg_pool2d({geometry}, False, True, None)";
    }

    // ONNX has all numbers in front, then all behind; torch has both of the last dimension, then both of the one before.
    private static long[] Padding(long[] pads) => [.. Enumerable.Range(0, pads.Length / 2).Reverse()
        .SelectMany(dimension => new[] { pads[dimension], pads[dimension + pads.Length / 2] })];

    private string Value(PackedOperation operation, int index)
    {
        string name = operation.Inputs[index];
        return graph.Constants.ContainsKey(name) ? Constant(name, TypeIn(operation)) : name;
    }

    private IEnumerable<long> Lengths(string value)
    {
        long[] shape = graph.Shapes[value];
        return shape[1..].Prepend(-shape[0] * batchSize);
    }

    private ScalarType TypeIn(PackedOperation operation) => operation.Scope == headName ? ScalarType.Float32 : type;

    private string Constant(string name, ScalarType format, bool isPacked = false)
    {
        if (!_places.TryGetValue((name, format, isPacked), out int place))
        {
            _places.Add((name, format, isPacked), place = _tensors.Count);
            _tensors.Add(graph.Constants[name].to(format));
        }

        return $"w[{place}]";
    }

    /// <summary>The weight of a layer.</summary>
    /// <param name="operation">The layer; its second input is the weight.</param>
    /// <param name="pack">The expression that packs it, from that of the weight.</param>
    private string Packed(PackedOperation operation, Func<string, string> pack)
    {
        int known = _tensors.Count;
        string weight = Constant(operation.Inputs[1], TypeIn(operation), isPacked: true);
        if (_tensors.Count > known)
            _packing.Append(CultureInfo.InvariantCulture, $"    _{known} = torch._set_item(w, {known}, {pack(weight)})\n");
        return weight;
    }

    private static string List(long[] numbers) => $"[{string.Join(", ", numbers)}]";
}
