using System.Runtime.InteropServices;
using MLTransfer.Files;

namespace MLTransfer.Weights;

/// <summary>A tensor's elements one after the other: the storage's own memory where they lie so, a copy elsewhere.</summary>
internal static class StridedView
{
    /// <summary>
    /// How many bytes the elements have. Strides of 0 let a hostile shape have any product at all: from 2^63 on it is only known to be
    /// more.
    /// </summary>
    public static Int128 Length(PickledTensor tensor) => tensor.Shape.Contains(0) ? 0 : tensor.Shape.Aggregate(
        (Int128)tensor.Storage.Type.Size(), (product, size) => product > long.MaxValue ? product : product * size);

    /// <exception cref="WeightsException">The copy would be larger than such a file has reason for.</exception>
    public static ReadOnlyMemory<byte> Contiguous(PickledTensor tensor, byte[] storage, ReadBudget budget)
    {
        int size = tensor.Storage.Type.Size();
        if (tensor.Shape.Contains(0))
            return ReadOnlyMemory<byte>.Empty;
        if (IsContiguous(tensor))
            return storage.AsMemory((int)((tensor.Storage.Start + tensor.Offset) * size), (int)(Count(tensor.Shape) * size));
        byte[] copy = new byte[budget.Take(Length(tensor), $"a tensor of shape ({string.Join(", ", tensor.Shape)})")];
        switch (size)
        {
            case 1: Copy<byte>(tensor, storage, copy); break;
            case 2: Copy<short>(tensor, storage, copy); break;
            case 4: Copy<int>(tensor, storage, copy); break;
            default: Copy<long>(tensor, storage, copy); break;
        }
        return copy;
    }

    /// <summary>Whether the elements lie one after the other.</summary>
    public static bool IsContiguous(PickledTensor tensor)
    {
        (long[] shape, long[] strides) = (tensor.Shape, tensor.Strides);
        Int128 expected = 1;
        for (int dimension = shape.Length - 1; dimension >= 0; dimension--)
        {
            if (shape[dimension] != 1 && strides[dimension] != expected)
                return false;
            expected *= shape[dimension];
        }
        return true;
    }

    // Of a view that lies within its storage without repeating it: no overflow.
    private static long Count(long[] shape) => shape.Aggregate(1L, (product, size) => product * size);

    private static void Copy<T>(PickledTensor tensor, byte[] storage, byte[] copy)
        where T : struct
    {
        ReadOnlySpan<T> source = MemoryMarshal.Cast<byte, T>(storage);
        Span<T> target = MemoryMarshal.Cast<byte, T>(copy.AsSpan());
        long[] shape = tensor.Shape, strides = tensor.Strides;
        var index = new long[shape.Length];
        long position = tensor.Storage.Start + tensor.Offset;
        for (int written = 0; written < target.Length; written++)
        {
            target[written] = source[(int)position];
            for (int dimension = shape.Length - 1; dimension >= 0; dimension--)
            {
                position += strides[dimension];
                if (++index[dimension] < shape[dimension])
                    break;
                position -= strides[dimension] * shape[dimension];
                index[dimension] = 0;
            }
        }
    }
}
