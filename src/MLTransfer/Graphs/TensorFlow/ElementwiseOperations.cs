using MLTransfer.Graphs.Kernels;
using TorchSharp;
using static TorchSharp.torch;

namespace MLTransfer.Graphs.TensorFlow;

/// <summary>Operations that compute each element from the elements in the same place.</summary>
internal static class ElementwiseOperations
{
    public static void AddTo(OperationSet operations)
    {
        AddActivations(operations);
        AddFunctions(operations);
        AddArithmetic(operations);
        AddComparisons(operations);
    }

    private static void AddActivations(OperationSet operations) => operations
        .Add("Relu", (node, _) => Activation(node, ActivationKernel.Relu))
        .Add("Relu6", (node, _) => Activation(node, ActivationKernel.Relu6))
        .Add("Elu", (node, _) => Activation(node, new(x => x.elu(1))))
        .Add("Selu", (node, _) => Activation(node, new(x => nn.functional.selu(x))))
        .Add("LeakyRelu", (node, _) => Activation(node, Leaky(node.Attribute("alpha", 0.2))))
        .Add("Sigmoid", (node, _) => Activation(node, new(x => x.sigmoid(), x => x.sigmoid_())))
        .Add("Tanh", (node, _) => Activation(node, new(x => x.tanh(), x => x.tanh_())))
        .Add("Softplus", 1, inputs => nn.functional.softplus(inputs[0]))
        .Add("Softsign", 1, inputs => inputs[0] / (inputs[0].abs() + 1))
        .Add("Softmax", 1, inputs => LastAxis(inputs[0]).softmax(-1))
        .Add("LogSoftmax", 1, inputs => nn.functional.log_softmax(LastAxis(inputs[0]), -1));

    private static void AddFunctions(OperationSet operations) => operations
        .Add("Exp", 1, inputs => inputs[0].exp())
        .Add("Expm1", 1, inputs => inputs[0].expm1())
        .Add("Log", 1, inputs => inputs[0].log())
        .Add("Log1p", 1, inputs => inputs[0].log1p())
        .Add("Sqrt", 1, inputs => inputs[0].sqrt())
        .Add("Rsqrt", 1, inputs => inputs[0].rsqrt())
        .Add("Square", 1, inputs => inputs[0] * inputs[0])
        .Add("Neg", 1, inputs => inputs[0].neg())
        .Add("Abs", 1, inputs => inputs[0].abs())
        .Add("Sign", 1, inputs => inputs[0].sign())
        .Add("Floor", 1, inputs => inputs[0].floor())
        .Add("Ceil", 1, inputs => inputs[0].ceil())
        .Add("Round", 1, inputs => inputs[0].is_integral() ? inputs[0] : inputs[0].round())
        .Add("Rint", 1, inputs => inputs[0].round())
        .Add("Reciprocal", 1, inputs => inputs[0].reciprocal())
        .Add("Inv", 1, inputs => inputs[0].reciprocal())
        .Add("Erf", 1, inputs => inputs[0].erf())
        .Add("Sin", 1, inputs => inputs[0].sin())
        .Add("Cos", 1, inputs => inputs[0].cos())
        .Add("IsNan", 1, inputs => inputs[0].isnan())
        .Add("IsInf", 1, inputs => inputs[0].isinf())
        .Add("IsFinite", 1, inputs => inputs[0].isfinite())
        .Add("LogicalNot", 1, inputs => inputs[0].logical_not())
        .Add("ZerosLike", 1, inputs => inputs[0].zeros_like())
        .Add("OnesLike", 1, inputs => inputs[0].ones_like())
        .Add("ClipByValue", 3, inputs =>
            Checked(Checked(inputs[0], inputs[2], (x, most) => x.minimum(most)), inputs[1], (x, least) => x.maximum(least)))
        .Add("Select", Select)
        .Add("SelectV2", Select)
        .Add("AddN", AddAll);

    private static void AddArithmetic(OperationSet operations)
    {
        foreach (string add in (string[])["Add", "AddV2"])
            operations.Add(add, (node, constants) => Arithmetic(node, constants, (a, b) => a + b, (c, _) => (null, c)));
        operations
            .Add("Sub", (node, constants) => Arithmetic(node, constants, (a, b) => a - b, (c, isFirst) =>
                isFirst ? (full(1L, -1f), c) : (null, c.neg())))
            .Add("Mul", (node, constants) => Arithmetic(node, constants, (a, b) => a * b, (c, _) => (c, null)))
            .Add("RealDiv", (node, constants) => Arithmetic(node, constants, (a, b) => a / b, Quotient))
            .Add("Div", (node, constants) => Arithmetic(node, constants, Divide, Quotient))
            .Add("BiasAdd", (node, constants) => AddBias(node, constants));
        Binary(operations, "DivNoNan", (a, b) => where(b == 0, zeros_like(a), a / b));
        Binary(operations, "TruncateDiv", Divide);
        Binary(operations, "FloorDiv", (a, b) => Divisor(a, b).div(b, RoundingMode.floor));
        Binary(operations, "FloorMod", (a, b) => Divisor(a, b).remainder(b));
        Binary(operations, "Mod", (a, b) => Divisor(a, b).fmod(b));
        Binary(operations, "TruncateMod", (a, b) => Divisor(a, b).fmod(b));
        Binary(operations, "Maximum", (a, b) => a.maximum(b));
        Binary(operations, "Minimum", (a, b) => a.minimum(b));
        Binary(operations, "Pow", (a, b) => a.pow(b));
        Binary(operations, "SquaredDifference", (a, b) => (a - b).square());
    }

    private static void AddComparisons(OperationSet operations)
    {
        Binary(operations, "Equal", (a, b) => a.eq(b));
        Binary(operations, "NotEqual", (a, b) => a.ne(b));
        Binary(operations, "Greater", (a, b) => a.gt(b));
        Binary(operations, "GreaterEqual", (a, b) => a.ge(b));
        Binary(operations, "Less", (a, b) => a.lt(b));
        Binary(operations, "LessEqual", (a, b) => a.le(b));
        Binary(operations, "LogicalAnd", (a, b) => a.logical_and(b));
        Binary(operations, "LogicalOr", (a, b) => a.logical_or(b));
    }

    /// <summary>An activation by the name that fused operations give it.</summary>
    public static ActivationKernel? ByName(string name, double alpha) => name switch
    {
        "Relu" => ActivationKernel.Relu,
        "Relu6" => ActivationKernel.Relu6,
        "Elu" => new(x => x.elu(1)),
        "LeakyRelu" => Leaky(alpha),
        "Sigmoid" => new(x => x.sigmoid()),
        "Tanh" => new(x => x.tanh()),
        _ => null,
    };

    private static ActivationKernel Leaky(double alpha) => new(x => nn.functional.leaky_relu(x, alpha));

    private static ActivationKernel Activation(GraphNode node, ActivationKernel kernel)
    {
        OperationSet.RequireInputs(node, 1, 1);
        return kernel;
    }

    private static Tensor LastAxis(Tensor logits) => logits.dim() > 0
        ? logits : throw new KernelException("It expects at least one axis, and is given a single number.");

    private static void Binary(OperationSet operations, string name, Func<Tensor, Tensor, Tensor> run) =>
        operations.Add(name, 2, inputs => Checked(inputs[0], inputs[1], run));

    private static Tensor Checked(Tensor one, Tensor other, Func<Tensor, Tensor, Tensor> run)
    {
        if (one.dtype != other.dtype)
            throw new KernelException($"Its inputs are {(GraphValue)one} and {(GraphValue)other}; their types must be equal.");
        Shapes.Broadcast(one.shape, other.shape);
        return run(one, other);
    }

    // With one constant input, a convolution before it can take it over.
    private static Kernel Arithmetic(GraphNode node, GraphValue[] constants, Func<Tensor, Tensor, Tensor> run,
        Func<Tensor, bool, (Tensor? Scale, Tensor? Shift)?> affine)
    {
        OperationSet.RequireInputs(node, 2, 2);
        int constant = Array.FindIndex(constants, value => value.IsTensor && value.Tensor.dtype == ScalarType.Float32);
        if (constant < 0 || !constants[1 - constant].IsAbsent)
            return new SumKernel(inputs => Checked(inputs[0].Tensor, inputs[1].Tensor, run));
        Tensor value = constants[constant].Tensor;
        return new AffineKernel(
            () => affine(value, constant == 0),
            x => constant == 0 ? Checked(value, x, run) : Checked(x, value, run), 1 - constant);
    }

    /// <summary>Arithmetic into new memory, in which an activation that follows can compute.</summary>
    private sealed class SumKernel(Func<GraphValue[], Tensor> run) : Kernel
    {
        public override GraphValue[] Run(GraphValue[] inputs) => [run(inputs)];

        public override Kernel? Join(Kernel next) =>
            next is ActivationKernel activation ? new SumKernel(inputs => activation.InPlace(run(inputs))) : null;
    }

    private static (Tensor? Scale, Tensor? Shift)? Quotient(Tensor constant, bool isFirst) =>
        isFirst ? null : (constant.reciprocal(), null);

    private static Tensor Divide(Tensor one, Tensor other) =>
        one.is_integral() ? Divisor(one, other).div(other, RoundingMode.trunc) : one / other;

    /// <summary>The dividend, after a check that no integer is divided by zero, on which processors fail.</summary>
    private static Tensor Divisor(Tensor dividend, Tensor divisor) =>
        !dividend.is_integral() || divisor.count_nonzero().item<long>() == divisor.numel()
            ? dividend : throw new KernelException("It divides integers by zero.");

    private static Kernel AddBias(GraphNode node, GraphValue[] constants)
    {
        OperationSet.RequireInputs(node, 2, 2);
        bool isChannelsFirst = node.Attribute("data_format", "NHWC") == "NCHW";
        if (constants[1].IsTensor && constants[0].IsAbsent)
            return new AffineKernel(
                () => (null, isChannelsFirst ? constants[1].Tensor.reshape(-1, 1, 1) : constants[1].Tensor),
                x => Add(x, constants[1].Tensor));
        return new FunctionKernel(inputs => [Add(inputs[0].Tensor, inputs[1].Tensor)]);

        Tensor Add(Tensor x, Tensor bias)
        {
            int axis = isChannelsFirst ? 1 : (int)x.dim() - 1;
            if (x.dim() < 2 || bias.dim() != 1 || bias.shape[0] != x.shape[axis])
                throw new KernelException($"A bias of {Shapes.Text(bias.shape)} does not fit {Shapes.Text(x.shape)}.");
            return x + (isChannelsFirst ? bias.view([-1, .. Enumerable.Repeat(1L, (int)x.dim() - 2)]) : bias);
        }
    }

    private static GraphValue[] Select(GraphNode node, GraphValue[] inputs)
    {
        OperationSet.RequireInputs(node, 3, 3);
        (Tensor condition, Tensor one, Tensor other) = (inputs[0].Tensor, inputs[1].Tensor, inputs[2].Tensor);
        if (condition.dtype != ScalarType.Bool) throw new KernelException($"Its condition is {inputs[0]}; it must be bool.");
        // The older operation chooses whole rows by a vector.
        if (node.Operation == "Select" && condition.dim() == 1 && one.dim() > 1)
            condition = condition.view([-1, .. Enumerable.Repeat(1L, (int)one.dim() - 1)]);
        Shapes.Broadcast(Shapes.Broadcast(condition.shape, one.shape), other.shape);
        return [where(condition, one, other)];
    }

    private static GraphValue[] AddAll(GraphNode node, GraphValue[] inputs)
    {
        OperationSet.RequireInputs(node, 1);
        return [inputs.Skip(1).Aggregate(inputs[0].Tensor, (sum, next) => Checked(sum, next.Tensor, (a, b) => a + b))];
    }
}
