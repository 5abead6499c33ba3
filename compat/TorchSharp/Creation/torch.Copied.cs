using System.Runtime.InteropServices;
using TorchSharp.Interop;
using static TorchSharp.Interop.Native;

namespace TorchSharp;

public static partial class torch
{
    /// <summary>A tensor with a copy of C#'s elements, row by row.</summary>
    /// <exception cref="ArgumentException">There are fewer elements than the dimensions ask for.</exception>
    private static unsafe Tensor Copied<T>(
        ReadOnlySpan<T> elements, ReadOnlySpan<long> dimensions, ScalarType? dtype, Device? device, bool requires_grad, string[]? names = null)
        where T : unmanaged
    {
        var wanted = 1L;
        foreach (var dimension in dimensions)
            wanted *= dimension;
        if (wanted > elements.Length)
            throw new ArgumentException($"mismatched total size creating a tensor from an array: {wanted} vs. {elements.Length}");
        var source = ScalarTypeOf(typeof(T))!.Value;
        fixed (T* memory = elements)
            return mlt_from_memory(memory, (int)source, dimensions, dimensions.Length, Placement.Of(dtype ?? source, device, requires_grad, names));
    }

    private static ReadOnlySpan<T> Elements<T>(Array array) where T : unmanaged =>
        MemoryMarshal.CreateReadOnlySpan(ref System.Runtime.CompilerServices.Unsafe.As<byte, T>(ref MemoryMarshal.GetArrayDataReference(array)), array.Length);

    private static long[] Lengths(Array array) => [.. Enumerable.Range(0, array.Rank).Select(array.GetLongLength)];
}
