using MLTransfer.Graphs.Kernels;
using MLTransfer.Graphs.TensorFlow;
using TorchSharp;
using static TorchSharp.torch;

namespace MLTransfer.Graphs.Onnx;

/// <summary>Operations that compute each element from the elements in the same place.</summary>
internal static class OnnxElementwise
{
    // Those that TensorFlow has too, with the same inputs and no attributes, under its own name.
    private static readonly (string Onnx, string TensorFlow)[] Shared =
    [
        ("Relu", "Relu"), ("Sigmoid", "Sigmoid"), ("Tanh", "Tanh"), ("Softplus", "Softplus"), ("Softsign", "Softsign"), ("Exp", "Exp"),
        ("Log", "Log"), ("Sqrt", "Sqrt"), ("Neg", "Neg"), ("Abs", "Abs"), ("Sign", "Sign"), ("Floor", "Floor"), ("Ceil", "Ceil"),
        ("Round", "Rint"), ("Reciprocal", "Reciprocal"), ("Erf", "Erf"), ("Sin", "Sin"), ("Cos", "Cos"), ("IsNaN", "IsNan"),
        ("IsInf", "IsInf"), ("Not", "LogicalNot"), ("Where", "SelectV2"), ("Add", "AddV2"), ("Sub", "Sub"), ("Mul", "Mul"), ("Div", "Div"),
        ("Equal", "Equal"), ("Greater", "Greater"), ("GreaterOrEqual", "GreaterEqual"), ("Less", "Less"), ("LessOrEqual", "LessEqual"),
        ("And", "LogicalAnd"), ("Or", "LogicalOr"),
    ];

    public static void AddTo(OperationSet operations)
    {
        foreach ((string onnx, string tensorFlow) in Shared)
            operations.Add(onnx, (node, constants) => TensorFlowOperations.All.Factory(tensorFlow)(node, constants));
        operations
            .Add("LeakyRelu", (node, _) => Leaky(node.Attribute("alpha", 0.01)))
            .Add("Elu", (node, _) => Elu(node.Attribute("alpha", 1.0)))
            .Add("Celu", (node, _) => Celu(node.Attribute("alpha", 1.0)))
            .Add("Selu", (node, _) => Selu(node))
            .Add("HardSigmoid", (node, _) => HardSigmoid(node.Attribute("alpha", (double)0.2f), node.Attribute("beta", 0.5)))
            .Add("HardSwish", (_, _) => new ActivationKernel(x => x * ((x / 6) + 0.5).clamp_(0, 1)))
            .Add("Mish", (_, _) => new ActivationKernel(x => x * nn.functional.softplus(x).tanh_()))
            .Add("ThresholdedRelu", (node, _) => Thresholded(node.Attribute("alpha", 1.0)))
            .Add("Gelu", (node, _) => Gelu(node.Attribute("approximate", "none")))
            .Add("PRelu", 2, inputs => where(inputs[0] < 0, Fitting(inputs[0], inputs[1]) * inputs[1], inputs[0]))
            .Add("Clip", Clip)
            .Add("Pow", 2, Power)
            .Add("Mod", Modulo)
            .Add("Xor", 2, inputs => Fitting(inputs[0], inputs[1]).logical_xor(inputs[1]));
        Fold(operations, "Max", (a, b) => a.maximum(b));
        Fold(operations, "Min", (a, b) => a.minimum(b));
        Fold(operations, "Sum", (a, b) => a + b);
        operations.Add("Mean", (node, inputs) => [Folded(inputs, (a, b) => a + b) / inputs.Length]);
    }

    private static ActivationKernel Leaky(double alpha) => new(x => nn.functional.leaky_relu(x, alpha));

    private static ActivationKernel Elu(double alpha) => new(x => where(x > 0, x, x.expm1() * alpha));

    private static ActivationKernel Celu(double alpha) => new(x => where(x > 0, x, (x / alpha).expm1() * alpha));

    private static ActivationKernel Thresholded(double alpha) => new(x => x * x.gt(alpha));

    private static ActivationKernel HardSigmoid(double alpha, double beta) => new(x => ((x * alpha) + beta).clamp_(0, 1));

    private static ActivationKernel Selu(GraphNode node)
    {
        double alpha = node.Attribute("alpha", 1.67326319217681884765625), gamma = node.Attribute("gamma", 1.05070102214813232421875);
        return new(x => where(x > 0, x, x.expm1() * alpha) * gamma);
    }

    private static ActivationKernel Gelu(string approximation) => approximation switch
    {
        "none" => new(x => x * 0.5 * ((x * Math.Sqrt(0.5)).erf() + 1)),
        "tanh" => new(x => x * 0.5 * (((x + (x * x * x * 0.044715)) * Math.Sqrt(2 / Math.PI)).tanh() + 1)),
        _ => throw new KernelException($"Its approximation is '{approximation}'; none and tanh are possible."),
    };

    // Limits are attributes until version 10, then inputs, which are nearly always constants.
    private static Kernel Clip(GraphNode node, GraphValue[] constants)
    {
        OperationSet.RequireInputs(node, 1, 3);
        bool areKnown = Enumerable.Range(1, Math.Max(0, node.Inputs.Count - 1))
            .All(index => node.Inputs[index].Node < 0 || constants[index].IsTensor);
        if (!areKnown)
            return new FunctionKernel(inputs => [Clip(inputs[0].Tensor, Limit(inputs, 1, node, "min"), Limit(inputs, 2, node, "max"))]);
        (double? least, double? most) = (Limit(constants, 1, node, "min"), Limit(constants, 2, node, "max"));
        return new ActivationKernel(x => Clip(x, least, most));
    }

    private static double? Limit(GraphValue[] inputs, int index, GraphNode node, string attribute) =>
        OnnxOperations.Optional(inputs, index) is { IsTensor: true } input
            ? input.Tensor.numel() == 1 ? input.Tensor.to(ScalarType.Float64).item<double>()
                : throw new KernelException($"Its limit is {input}; it must be a single number.")
            : node.Attributes.ContainsKey(attribute) ? node.Attribute<double>(attribute) : null;

    private static Tensor Clip(Tensor x, double? least, double? most) =>
        least is null && most is null ? x
        : x.is_integral() ? x.clamp(ToInteger(least), ToInteger(most)) : x.clamp(ToScalar(least), ToScalar(most));

    private static Scalar? ToScalar(double? limit) => limit is { } number ? (Scalar)number : null;

    private static Scalar? ToInteger(double? limit) => limit is { } number ? (Scalar)(long)number : null;

    // The exponent may have another type; the result is of the base's.
    private static Tensor Power(Tensor[] inputs)
    {
        Shapes.Broadcast(inputs[0].shape, inputs[1].shape);
        Tensor power = inputs[0].is_integral() ? inputs[0].to(ScalarType.Float64).pow(inputs[1].to(ScalarType.Float64))
            : inputs[0].pow(inputs[1].to(inputs[0].dtype));
        return power.to(inputs[0].dtype);
    }

    private static Kernel Modulo(GraphNode node, GraphValue[] constants) =>
        TensorFlowOperations.All.Factory(node.Attribute("fmod", 0L) == 0 ? "FloorMod" : "Mod")(node, constants);

    private static void Fold(OperationSet operations, string name, Func<Tensor, Tensor, Tensor> run) =>
        operations.Add(name, (node, inputs) => [Folded(inputs, run)]);

    private static Tensor Folded(GraphValue[] inputs, Func<Tensor, Tensor, Tensor> run) => inputs.Length == 0
        ? throw new KernelException("It has no inputs; at least one is expected.")
        : inputs.Skip(1).Aggregate(inputs[0].Tensor, (result, next) => run(Fitting(result, next.Tensor), next.Tensor));

    private static Tensor Fitting(Tensor one, Tensor other)
    {
        if (one.dtype != other.dtype)
            throw new KernelException(
                $"Its inputs are {GraphTypes.Name(one.dtype)} and {GraphTypes.Name(other.dtype)}; they must be equal.");
        Shapes.Broadcast(one.shape, other.shape);
        return one;
    }
}
