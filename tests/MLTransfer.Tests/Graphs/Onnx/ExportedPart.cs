using Google.Protobuf;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;
using MLTransfer.Graphs.Onnx;
using MLTransfer.Models;
using MLTransfer.Tests.Models;
using Onnx;
using TorchSharp;
using static TorchSharp.torch;
using Tensor = TorchSharp.torch.Tensor;

namespace MLTransfer.Tests.Graphs.Onnx;

/// <summary>A part of a network, exported alone and run by ONNX Runtime.</summary>
internal static class ExportedPart
{
    /// <summary>Asserts that the exported part gives the expected result, and knew its shape.</summary>
    public static void AssertComputes(Tensor expected, Func<SymbolicTensor, SymbolicTensor> export, Tensor input, double tolerance)
    {
        long[] shape = input.shape;
        var graph = new OnnxGraph(ScalarType.Float32);
        graph.Input("x", TensorProto.Types.DataType.Float, ["N", .. shape[1..]]);
        SymbolicTensor result = export(new SymbolicTensor(graph, "x", [-1, .. shape[1..]]));
        graph.Output("y");
        graph.Proto.Output[0].Type.TensorType.Shape = null;
        graph.Proto.Name = "part";
        var model = new ModelProto
        {
            IrVersion = 8, Graph = graph.Proto, OpsetImport = { new OperatorSetIdProto { Domain = "", Version = 17 } },
        };
        using var session = new InferenceSession(model.ToByteArray());
        var values = new DenseTensor<float>(input.data<float>().ToArray(), [.. shape.Select(length => (int)length)]);
        using var results = session.Run([NamedOnnxValue.CreateFromTensor("x", values)]);
        var actual = results.Single().AsTensor<float>();
        long[] dimensions = [.. actual.Dimensions.ToArray()];
        Assert.Equal(expected.shape, dimensions);
        // What −k stands for is k times the images.
        Assert.Equal(dimensions, result.Shape.Select(length => length < 0 ? -shape[0] * length : length));
        Assert.InRange(Zoo.RelativeDifference(tensor(actual.ToArray(), dimensions), expected), 0, tolerance);
    }
}
