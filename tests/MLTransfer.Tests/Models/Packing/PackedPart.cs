using MLTransfer.Models;
using MLTransfer.Models.Packing;
using MLTransfer.Tests.Models;
using TorchSharp;
using static TorchSharp.torch;

namespace MLTransfer.Tests.Models.Packing;

/// <summary>A part of a network, packed alone.</summary>
internal static class PackedPart
{
    /// <summary>Asserts that the packed part gives the expected result.</summary>
    public static void AssertComputes(Tensor expected, Func<SymbolicTensor, SymbolicTensor> export, Tensor input, double tolerance)
    {
        Tensor before = input.clone();
        Tensor actual = Run(export, input, out _);
        Assert.Equal(expected.shape, actual.shape);
        Assert.InRange(Zoo.RelativeDifference(actual, expected), 0, tolerance);
        Assert.True(input.Equals(before), "The input was overwritten.");
    }

    /// <summary>Packs a part and runs it.</summary>
    /// <param name="export">Appends the part to a graph.</param>
    /// <param name="input">Its input.</param>
    /// <param name="statements">The TorchScript of the part.</param>
    public static Tensor Run(Func<SymbolicTensor, SymbolicTensor> export, Tensor input, out string statements)
    {
        using var graph = new PackedGraph();
        long[] shape = [-1, .. input.shape[1..]];
        graph.Declare("x", shape);
        string result = export(new SymbolicTensor(graph, "x", shape)).Name;
        var code = new PackedCode(graph, ScalarType.Float32, headName: "", (int)input.shape[0]);
        statements = code.Statements(graph.Operations, result);
        using var script = new TorchScript(new("run", "x: Tensor", statements, result), new("pack", "none: Tensor", code.Packing, "none"));
        foreach (Tensor tensor in code.Tensors) script.Append(tensor);
        using Tensor nothing = empty(0);
        script.Run("pack", nothing).Dispose();
        return script.Run("run", input);
    }
}
