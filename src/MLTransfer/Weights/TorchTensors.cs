using System.Collections.Concurrent;
using System.Runtime.ExceptionServices;
using TorchSharp;
using static TorchSharp.torch;

namespace MLTransfer.Weights;

/// <summary>Turns stored tensors into torch's and back.</summary>
internal static class TorchTensors
{
    private static readonly (TensorType Stored, ScalarType Torch)[] Types =
    [
        (TensorType.Bool, ScalarType.Bool), (TensorType.UInt8, ScalarType.Byte), (TensorType.Int8, ScalarType.Int8),
        (TensorType.Int16, ScalarType.Int16), (TensorType.Int32, ScalarType.Int32), (TensorType.Int64, ScalarType.Int64),
        (TensorType.Float16, ScalarType.Float16), (TensorType.BFloat16, ScalarType.BFloat16), (TensorType.Float32, ScalarType.Float32),
        (TensorType.Float64, ScalarType.Float64),
    ];

    /// <summary>Whether all numbers of a floating-point tensor are finite. If their sum is, they are: one pass, without memory.</summary>
    public static bool AreFinite(Tensor tensor)
    {
        using var scope = NewDisposeScope();
        using var frozen = no_grad();
        return double.IsFinite(tensor.sum().to(ScalarType.Float64).item<double>()) || tensor.isfinite().all().item<bool>();
    }

    /// <summary>Whether torch computes with the type: of the unsigned integers, it only does with bytes.</summary>
    public static bool IsSupported(TensorType type) => Types.Any(known => known.Stored == type);

    /// <summary>The type of torch's that a stored one is.</summary>
    public static ScalarType ToScalarType(TensorType type) => Types.Single(known => known.Stored == type).Torch;

    /// <summary>A tensor of its own memory.</summary>
    public static Tensor ToTorch(StoredTensor stored)
    {
        Tensor tensor = empty(stored.Shape, ToScalarType(stored.Type));
        stored.Bytes.Span.CopyTo(tensor.bytes);
        return tensor;
    }

    /// <summary>Copies numbers into a tensor of the same shape, converted to its type.</summary>
    public static void CopyTo(Tensor target, StoredTensor stored)
    {
        if (HoldsAsIs(target, stored.Type))
            stored.Bytes.Span.CopyTo(target.bytes);
        else
            target.copy_(ToTorch(stored));
    }

    /// <summary>Reads numbers of a file straight into a tensor of the same shape, if they are there as they are wanted here.</summary>
    /// <returns>Whether they are.</returns>
    public static bool TryRead(IWeightsContent content, int index, Tensor target) =>
        HoldsAsIs(target, content.Tensors[index].Type) && content.TryReadInto(index, target.bytes);

    /// <summary>A copy of a tensor's numbers.</summary>
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

/// <summary>
/// Reads the numbers of a file into tensors, several at a time: one processor alone does not copy as fast as the file is there.
/// </summary>
internal static class NumbersReader
{
    private const int MostThreads = 8;

    /// <param name="content">The file.</param>
    /// <param name="wanted">Which of its tensors go where; shapes agree.</param>
    /// <exception cref="WeightsException">Numbers are damaged.</exception>
    public static void Read(IWeightsContent content, (int Index, Tensor Target)[] wanted)
    {
        // What is not there as it is wanted takes an array on its way, and one after the other. Inflating takes memory on every thread.
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
