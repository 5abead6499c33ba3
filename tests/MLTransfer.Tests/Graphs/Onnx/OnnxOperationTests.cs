using MLTransfer.Graphs;
using MLTransfer.Graphs.Onnx;
using TorchSharp;
using static MLTransfer.Tests.Graphs.Onnx.OnnxArgument;
using static TorchSharp.torch;

namespace MLTransfer.Tests.Graphs.Onnx;

/// <summary>Each operation, compared with ONNX Runtime on a model of that one node.</summary>
public class OnnxOperationTests
{
    private static readonly OnnxCase[] Cases =
    [
        .. OnnxCases.Elementwise, .. OnnxCases.Convolutions, .. OnnxCases.Norms, .. OnnxCases.Reductions, .. OnnxCases.Shapes,
        .. OnnxCases.Resizing,
    ];

    public static TheoryData<int, string> Indices
    {
        get
        {
            var data = new TheoryData<int, string>();
            for (int index = 0; index < Cases.Length; index++)
                data.Add(index, $"{Cases[index].Operation}, opset {Cases[index].Opset}");
            return data;
        }
    }

    // Both compute in float32, with sums in another order.
    [Theory, MemberData(nameof(Indices))]
    public void It_computes_what_ONNX_Runtime_computes(int index, string name)
    {
        OnnxCase each = Cases[index];
        using var scope = NewDisposeScope();
        using GraphNetwork network = GraphFile.Load(new MemoryStream(each.Model()), "case.onnx");
        var feeds = each.Fed().ToDictionary(fed => fed.Name, fed => (GraphValue)OnnxCase.ToTorch(fed.Argument));
        IReadOnlyList<GraphValue> actual = network.Run(feeds, network.Outputs);
        IReadOnlyList<(float[] Values, long[] Shape)> expected = each.Reference();
        Assert.Equal(expected.Count, actual.Count);
        for (int output = 0; output < expected.Count; output++)
        {
            (float[] values, long[] shape) = expected[output];
            Assert.Equal((name, string.Join(',', shape)), (name, string.Join(',', actual[output].Tensor.shape)));
            float[] ours = actual[output].Tensor.to(ScalarType.Float32).contiguous().data<float>().ToArray();
            double largest = Math.Max(1, values.Where(float.IsFinite).Select(Math.Abs).DefaultIfEmpty().Max());
            Assert.All(ours.Zip(values), pair => Assert.True(
                pair.First.Equals(pair.Second) || Math.Abs(pair.First - pair.Second) <= 1e-5 * largest, $"{pair.First} is not {pair.Second}"));
        }
    }

    [Fact]
    public void Every_operation_is_compared() =>
        Assert.Empty(OnnxOperations.All.Names.Except(Cases.Select(each => each.Operation)));
}

/// <summary>A model of one node for each operation, and for each way to use it.</summary>
internal static class OnnxCases
{
    public static IEnumerable<OnnxCase> Elementwise =>
    [
        .. new[]
        {
            "Relu", "Sigmoid", "Tanh", "Softplus", "Softsign", "Exp", "Neg", "Abs", "Sign", "Floor", "Ceil", "Round", "Erf", "Sin", "Cos",
            "IsNaN", "IsInf", "LeakyRelu", "Elu", "Celu", "Selu", "HardSigmoid", "HardSwish", "ThresholdedRelu", "Identity", "Dropout",
        }.Select(operation => new OnnxCase(operation, [Fed(2, 3, 4)])),
        new("Mish", [Fed(2, 3)]) { Opset = 18 }, new("Gelu", [Fed(2, 3)]) { Opset = 20 },
        new("Gelu", [Fed(2, 3)], ("approximate", "tanh")) { Opset = 20 },
        .. new[] { "Log", "Sqrt", "Reciprocal" }.Select(operation => new OnnxCase(operation, [Positive(2, 5)])),
        .. new[] { "Add", "Sub", "Mul", "Div", "Max", "Min", "Sum", "Mean", "Greater", "GreaterOrEqual", "Less", "LessOrEqual", "Equal" }
            .Select(operation => new OnnxCase(operation, [Fed(2, 3, 4), Fed(3, 1)])),
        .. new[] { "Add", "Sub", "Mul", "Div" }.Select(operation => new OnnxCase(operation, [Stored(3, 1), Fed(2, 3, 4)])),
        .. new[] { "And", "Or", "Xor" }
            .Select(operation => new OnnxCase(operation, [Truths([true, false, true, false], 4), Truths([true, true, false, false], 4)])),
        new("Not", [Truths([true, false], 2)]),
        new("Where", [Truths([true, false], 2), Fed(3, 2), Fed(1)]),
        new("Div", [Integers([7, -7, 8], 3), List(2L, 2L, 3L)]),
        new("Mod", [Integers([7, -7, 8], 3), List(3L, 3L, -3L)]), new("Mod", [Fed(4), Stored(4)], ("fmod", 1)),
        new("Max", [Fed(3), Fed(2, 3), Stored(1)]),
        new("Pow", [Positive(2, 3), Single(2.5f)]), new("Pow", [Positive(2, 3), Single(2L)]), new("Pow", [Integers([2, 3], 2), List(3L, 2L)]),
        new("PRelu", [Fed(2, 3, 4), Stored(3, 1)]) { Opset = 16 },
        new("LeakyRelu", [Fed(5)], ("alpha", 0.3f)), new("Elu", [Fed(5)], ("alpha", 0.5f)), new("HardSigmoid", [Fed(5)], ("alpha", 0.3f), ("beta", 0.1f)),
        new("Clip", [Fed(9), Single(-1f), Single(0.5f)]), new("Clip", [Fed(9), None, Single(0.5f)]), new("Clip", [Fed(9)]),
        new("Clip", [Fed(9)], ("min", 0f), ("max", 6f)) { Opset = 10 },
    ];

    public static IEnumerable<OnnxCase> Convolutions =>
    [
        new("Conv", [Fed(2, 4, 9, 8), Stored(6, 4, 3, 3), Stored(6)], ("pads", new long[] { 1, 1, 1, 1 })),
        new("Conv", [Fed(1, 4, 9, 8), Stored(6, 2, 3, 2)], ("group", 2), ("strides", new long[] { 2, 1 }), ("dilations", new long[] { 1, 2 })),
        new("Conv", [Fed(1, 3, 10, 10), Stored(4, 3, 3, 3)], ("pads", new long[] { 0, 1, 1, 0 }), ("strides", new long[] { 2, 2 })),
        .. new[] { "SAME_UPPER", "SAME_LOWER", "VALID" }.Select(pad =>
            new OnnxCase("Conv", [Fed(1, 3, 10, 9), Stored(4, 3, 4, 4)], ("auto_pad", pad), ("strides", new long[] { 2, 2 }))),
        new("Conv", [Fed(1, 2, 6, 6), Fed(3, 2, 3, 3)]),
        new("ConvTranspose", [Fed(1, 4, 5, 6), Stored(4, 3, 3, 3), Stored(3)], ("strides", new long[] { 2, 2 }), ("pads", new long[] { 1, 1, 1, 1 })),
        new("ConvTranspose", [Fed(1, 4, 5, 6), Stored(4, 2, 3, 3), Stored(4)],
            ("strides", new long[] { 2, 2 }), ("pads", new long[] { 0, 1, 0, 1 }), ("output_padding", new long[] { 1, 1 }), ("group", 2)),
        new("MaxPool", [Fed(1, 3, 9, 8)], ("kernel_shape", new long[] { 3, 3 }), ("strides", new long[] { 2, 2 }), ("pads", new long[] { 1, 1, 1, 1 })),
        new("MaxPool", [Fed(1, 3, 9, 8)], ("kernel_shape", new long[] { 3, 3 }), ("strides", new long[] { 2, 2 }), ("ceil_mode", 1)),
        new("MaxPool", [Fed(1, 3, 9, 8)], ("kernel_shape", new long[] { 2, 2 }), ("dilations", new long[] { 2, 3 })),
        new("MaxPool", [Fed(1, 3, 9, 8)], ("kernel_shape", new long[] { 3, 3 }), ("strides", new long[] { 2, 2 }), ("pads", new long[] { 1, 1, 0, 0 })),
        new("AveragePool", [Fed(1, 3, 9, 8)], ("kernel_shape", new long[] { 3, 2 }), ("pads", new long[] { 1, 1, 1, 0 })),
        new("AveragePool", [Fed(1, 3, 9, 8)], ("kernel_shape", new long[] { 3, 3 }), ("pads", new long[] { 1, 1, 1, 1 }), ("count_include_pad", 1)),
        new("AveragePool", [Fed(1, 3, 9, 8)], ("kernel_shape", new long[] { 3, 3 }), ("strides", new long[] { 2, 2 }), ("ceil_mode", 1)),
        new("AveragePool", [Fed(1, 3, 9, 8)], ("kernel_shape", new long[] { 3, 3 }), ("strides", new long[] { 2, 2 }), ("auto_pad", "SAME_UPPER")),
        new("GlobalAveragePool", [Fed(2, 3, 4, 5)]), new("GlobalMaxPool", [Fed(2, 3, 4, 5)]),
        new("Gemm", [Fed(2, 3), Stored(3, 4), Stored(4)]), new("Gemm", [Fed(2, 3), Stored(4, 3)], ("transB", 1)),
        new("Gemm", [Fed(3, 2), Stored(4, 3), Stored(2, 1)], ("transA", 1), ("transB", 1), ("alpha", 0.5f), ("beta", 2f)),
        new("Gemm", [Fed(2, 3), Fed(3, 4), Stored(1)]),
        new("MatMul", [Fed(2, 3), Stored(3, 4)]), new("MatMul", [Fed(2, 5, 3), Stored(3, 4)]), new("MatMul", [Fed(2, 1, 3, 4), Fed(5, 4, 2)]),
    ];

    public static IEnumerable<OnnxCase> Norms =>
    [
        new("BatchNormalization", [Fed(2, 3, 4, 5), Stored(3), Stored(3), Stored(3), List(0.5f, 1f, 2f)]),
        new("BatchNormalization", [Fed(4, 3), Stored(3), Stored(3), Stored(3), List(0.5f, 1f, 2f)], ("epsilon", 1e-3f)),
        new("InstanceNormalization", [Fed(2, 3, 4, 5), Stored(3), Stored(3)]),
        new("GroupNormalization", [Fed(2, 4, 3, 3), Stored(4), Stored(4)], ("num_groups", 2)) { Opset = 21 },
        new("LayerNormalization", [Fed(2, 3, 8), Stored(8), Stored(8)]),
        new("LayerNormalization", [Fed(2, 3, 8), Stored(3, 8)], ("axis", 1), ("epsilon", 1e-3f)),
        new("LpNormalization", [Fed(2, 5)]), new("LpNormalization", [Fed(2, 5)], ("axis", 0), ("p", 1)),
        new("LRN", [Fed(1, 8, 3, 3)], ("size", 5), ("alpha", 0.1f), ("beta", 0.5f), ("bias", 2f)), new("LRN", [Fed(1, 8, 3, 3)], ("size", 3)),
        new("Softmax", [Fed(2, 3, 4)]), new("Softmax", [Fed(2, 3, 4)], ("axis", 1)), new("Softmax", [Fed(2, 3, 4)]) { Opset = 11 },
        new("LogSoftmax", [Fed(2, 3)]), new("Hardmax", [Fed(2, 3)]),
    ];

    public static IEnumerable<OnnxCase> Reductions =>
    [
        .. new[] { "ReduceMean", "ReduceMax", "ReduceMin", "ReduceProd", "ReduceL1", "ReduceL2", "ReduceSumSquare", "ReduceLogSumExp" }
            .SelectMany(operation => new OnnxCase[]
            {
                new(operation, [Fed(2, 3, 4)], ("axes", new long[] { 1, -1 }), ("keepdims", 0)),
                new(operation, [Fed(2, 3, 4), List(2L)]) { Opset = 18 },
            }),
        new("ReduceSum", [Fed(2, 3, 4), List(1L)]), new("ReduceSum", [Fed(2, 3)]),
        new("ReduceSum", [Fed(2, 3)], ("noop_with_empty_axes", 1)), new("ReduceMean", [Fed(2, 3)], ("keepdims", 0)),
        new("ArgMax", [Fed(2, 5)], ("axis", 1)), new("ArgMin", [Fed(2, 5)], ("keepdims", 0)),
        new("ArgMax", [Integers([3, 1, 3, 2], 4)], ("select_last_index", 1)),
        new("TopK", [Fed(2, 5), List(3L)]) { Outputs = 2 }, new("TopK", [Fed(2, 5), List(2L)], ("largest", 0), ("axis", 1)) { Outputs = 2 },
    ];

    public static IEnumerable<OnnxCase> Shapes =>
    [
        new("Shape", [Fed(2, 3, 4)]), new("Shape", [Fed(2, 3, 4)], ("start", 1), ("end", -1)), new("Size", [Fed(2, 3)]),
        new("Reshape", [Fed(2, 3, 4), List(0L, -1L)]), new("Reshape", [Fed(2, 3, 4), List(4L, 3L, 2L)]),
        new("Flatten", [Fed(2, 3, 4)]), new("Flatten", [Fed(2, 3, 4)], ("axis", 0)), new("Flatten", [Fed(2, 3, 4)], ("axis", 3)),
        new("Squeeze", [Fed(1, 3, 1), List(2L)]), new("Squeeze", [Fed(1, 3, 1)]), new("Squeeze", [Fed(1, 3, 1)], ("axes", new long[] { 0 })) { Opset = 11 },
        new("Unsqueeze", [Fed(2, 3), List(0L, -1L)]), new("Unsqueeze", [Fed(2, 3)], ("axes", new long[] { 1 })) { Opset = 11 },
        new("Transpose", [Fed(2, 3, 4)]), new("Transpose", [Fed(2, 3, 4)], ("perm", new long[] { 1, 2, 0 })),
        new("Cast", [Fed(2, 3)], ("to", 7)), new("Cast", [Fed(2, 3)], ("to", 9)), new("Cast", [Integers([1, 0], 2)], ("to", 1)),
        new("CastLike", [Integers([1, 0], 2), Fed(1)]),
        new("ConstantOfShape", [Integers([2, 3], 2)]),
        new("ConstantOfShape", [Integers([2, 3], 2)], ("value", OnnxModels.Tensor("v", [7L], 1))),
        new("Range", [Integers([1], []), Single(9L), Single(3L)]),
        new("Expand", [Fed(3, 1), List(2L, 1L, 4L)]), new("Tile", [Fed(2, 3), List(2L, 1L)]),
        new("Concat", [Fed(2, 3), Fed(2, 1)], ("axis", 1)), new("Concat", [Fed(2, 3), Stored(1, 3)], ("axis", -2)),
        new("Split", [Fed(6, 2)], ("axis", 0)) { Outputs = 3 }, new("Split", [Fed(6, 2), List(1L, 5L)]) { Outputs = 2 },
        new("Split", [Fed(7, 2)], ("num_outputs", 3)) { Outputs = 3, Opset = 18 },
        new("Split", [Fed(6, 2)], ("split", new long[] { 2, 4 })) { Outputs = 2, Opset = 11 },
        new("Slice", [Fed(5, 6), List(1L, -5L), List(4L, -1L)]), new("Slice", [Fed(5, 6), List(4L), List(-9L), List(1L), List(-2L)]),
        new("Slice", [Fed(5, 6), List(0L), List(long.MaxValue), List(-1L)]),
        new("Slice", [Fed(5, 6)], ("starts", new long[] { 1 }), ("ends", new long[] { 3 }), ("axes", new long[] { 1 })) { Opset = 9 },
        new("Gather", [Fed(4, 3), Integers([0, -1, 2, 1], 2, 2)]), new("Gather", [Fed(4, 3), Single(-1L)], ("axis", 1)),
        new("GatherElements", [Fed(3, 3), Integers([0, -1, 2, 1], 2, 2)], ("axis", 1)),
        new("Pad", [Fed(2, 3), List(0L, 1L, 2L, 0L), Single(1.5f)]), new("Pad", [Fed(2, 4), List(0L, -1L, 1L, 2L)]),
        new("Pad", [Fed(1, 1, 4, 5), List(0L, 0L, 2L, 1L, 0L, 0L, 3L, 4L)], ("mode", "reflect")),
        new("Pad", [Fed(2, 3), List(1L, 1L, 2L, 0L)], ("mode", "edge")), new("Pad", [Fed(2, 3), List(1L, 2L), None, List(1L)]) { Opset = 18 },
        new("Pad", [Fed(2, 3)], ("pads", new long[] { 0, 1, 0, 1 }), ("value", 2f)) { Opset = 10 },
        new("DepthToSpace", [Fed(1, 8, 2, 3)], ("blocksize", 2)), new("DepthToSpace", [Fed(1, 8, 2, 3)], ("blocksize", 2), ("mode", "CRD")),
        new("SpaceToDepth", [Fed(1, 2, 4, 6)], ("blocksize", 2)),
    ];

    public static IEnumerable<OnnxCase> Resizing =>
    [
        .. new[] { "nearest", "linear", "cubic" }.SelectMany(mode => new[] { "half_pixel", "asymmetric", "align_corners", "pytorch_half_pixel" }
            .SelectMany(coordinates => new OnnxCase[]
            {
                new("Resize", [Fed(1, 2, 5, 6), None, None, List(1L, 2L, 8L, 9L)], ("mode", mode), ("coordinate_transformation_mode", coordinates)),
                new("Resize", [Fed(1, 2, 5, 6), None, List(1f, 1f, 0.6f, 0.5f)], ("mode", mode), ("coordinate_transformation_mode", coordinates)),
            })),
        .. new[] { "floor", "ceil", "round_prefer_ceil" }
            .Select(rounding => new OnnxCase("Resize", [Fed(1, 2, 5, 6), None, List(1f, 1f, 2f, 2f)], ("nearest_mode", rounding))),
        new("Resize", [Fed(1, 3, 20, 30), None, None, List(1L, 3L, 8L, 9L)], ("mode", "linear"), ("antialias", 1)) { Opset = 18 },
        new("Resize", [Fed(1, 3, 20, 30), None, None, List(1L, 3L, 8L, 9L)], ("mode", "cubic"), ("antialias", 1)) { Opset = 18 },
        new("Resize", [Fed(1, 1, 20, 30), None, None, List(8L, 9L)],
            ("mode", "linear"), ("axes", new long[] { 2, 3 }), ("keep_aspect_ratio_policy", "not_smaller")) { Opset = 18 },
        new("Resize", [Fed(1, 2, 5, 6), None, List(1f, 1f, 0.5f, 0.5f)], ("mode", "cubic"), ("exclude_outside", 1)),
        new("Resize", [Fed(1, 2, 5, 6), List(1f, 1f, 2f, 2f)]) { Opset = 10 }, new("Upsample", [Fed(1, 2, 5, 6), List(1f, 1f, 2f, 2f)]) { Opset = 9 },
    ];
}
