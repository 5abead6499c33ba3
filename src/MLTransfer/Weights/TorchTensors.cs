using System.Collections.Concurrent;
using System.Runtime.ExceptionServices;
using TorchSharp;
using static TorchSharp.torch;

namespace MLTransfer.Weights;

/// <summary>Converts between stored tensors and torch's.</summary>
internal static class TorchTensors
{
    private static readonly (TensorType Stored, ScalarType Torch)[] Types =
    [
        (TensorType.Bool, ScalarType.Bool), (TensorType.UInt8, ScalarType.Byte), (TensorType.Int8, ScalarType.Int8),
        (TensorType.Int16, ScalarType.Int16), (TensorType.Int32, ScalarType.Int32), (TensorType.Int64, ScalarType.Int64),
        (TensorType.Float16, ScalarType.Float16), (TensorType.BFloat16, ScalarType.BFloat16), (TensorType.Float32, ScalarType.Float32),
        (TensorType.Float64, ScalarType.Float64),
    ];

    /// <summary>Whether all values of a floating-point tensor are finite. If their sum is, they are: one pass, without memory.</summary>
    public static bool AreFinite(Tensor tensor)
    {
        using var scope = NewDisposeScope();
        using var frozen = no_grad();
        return double.IsFinite(tensor.sum().to(ScalarType.Float64).item<double>()) || tensor.isfinite().all().item<bool>();
    }

    /// <summary>Whether torch computes with the type; of the unsigned integers only with bytes.</summary>
    public static bool IsSupported(TensorType type) => Types.Any(known => known.Stored == type);

    /// <summary>Torch's type for a stored one.</summary>
    public static ScalarType ToScalarType(TensorType type) => Types.Single(known => known.Stored == type).Torch;

    /// <summary>A copy as a tensor of torch.</summary>
    public static Tensor ToTorch(StoredTensor stored)
    {
        Tensor tensor = empty(stored.Shape, ToScalarType(stored.Type));
        stored.Bytes.Span.CopyTo(tensor.bytes);
        return tensor;
    }

    /// <summary>Copies values into a tensor of the same shape, converted to its type.</summary>
    public static void CopyTo(Tensor target, StoredTensor stored)
    {
        if (HoldsAsIs(target, stored.Type))
            stored.Bytes.Span.CopyTo(target.bytes);
        else
            target.copy_(ToTorch(stored));
    }

    /// <summary>Reads values straight from the file into a tensor of the same shape, if type and memory layout agree.</summary>
    /// <returns>Whether they do.</returns>
    public static bool TryRead(IWeightsContent content, int index, Tensor target) =>
        HoldsAsIs(target, content.Tensors[index].Type) && content.TryReadInto(index, target.bytes);

    /// <summary>A copy of a tensor for storage.</summary>
    /// <exception cref="NotSupportedException">Its type cannot be stored.</exception>
    public static StoredTensor ToStored(string name, Tensor tensor)
    {
        int type = Array.FindIndex(Types, known => known.Torch == tensor.dtype);
        return type >= 0
            ? new StoredTensor(name, Types[type].Stored, tensor.shape, tensor.cpu().contiguous().bytes.ToArray())
            : throw new NotSupportedException($"The tensor '{name}' cannot be stored: it is of type {tensor.dtype}.");
    }

    private static bool HoldsAsIs(Tensor target, TensorType type) =>
        target.dtype == ToScalarType(type) && target.device_type == DeviceType.CPU && target.is_contiguous();
}

/// <summary>Reads the values of a file into tensors in parallel: one processor does not copy as fast as the page cache delivers.</summary>
internal static class NumbersReader
{
    private const int MostThreads = 8;

    /// <param name="content">The file.</param>
    /// <param name="wanted">The indices of its tensors and their targets, of the same shapes.</param>
    /// <exception cref="WeightsException">Values are damaged.</exception>
    public static void Read(IWeightsContent content, (int Index, Tensor Target)[] wanted)
    {
        // Those of another type or layout go through an array, one after the other: inflating takes memory on every thread.
        var others = new ConcurrentBag<(int Index, Tensor Target)>();
        try
        {
            Parallel.ForEach(
                Partitioner.Create(wanted, loadBalance: true),
                new ParallelOptions { MaxDegreeOfParallelism = Math.Min(Environment.ProcessorCount, MostThreads) },
                place =>
                {
                    if (!TorchTensors.TryRead(content, place.Index, place.Target))
                        others.Add(place);
                });
        }
        catch (AggregateException failures)
        {
            ExceptionDispatchInfo.Throw(failures.InnerExceptions[0]);
        }
        foreach ((int index, Tensor target) in others.OrderBy(place => place.Index))
            TorchTensors.CopyTo(target, content.Read(index));
    }
}
