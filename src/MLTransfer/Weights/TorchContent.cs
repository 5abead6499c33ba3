using System.Runtime.InteropServices;
using MLTransfer.Files;

namespace MLTransfer.Weights;

/// <summary>The tensors that the pickle of torch.save describes, as views of storages.</summary>
internal sealed class TorchContent : IWeightsContent
{
    // The bytes that describing, naming and finding one tensor takes, without its values.
    private const int PerTensor = 384;
    private readonly PickledTensor[] _views;
    private readonly IStorages _storages;
    private readonly ReadBudget _budget;

    /// <param name="format">The name of the format.</param>
    /// <param name="pickled">The unpickled content.</param>
    /// <param name="storages">The storages.</param>
    /// <param name="budget">Pays for copies.</param>
    /// <param name="errors">The file's errors.</param>
    /// <exception cref="WeightsException">There are no named tensors in it.</exception>
    public TorchContent(string format, object? pickled, IStorages storages, ReadBudget budget, WeightsErrors errors)
    {
        // As in a Python dictionary, the last of several values under one key counts, at the position of the first.
        var found = new OrderedDictionary<string, PickledTensor>(StringComparer.Ordinal);
        FoundTensors all = StateDictFinder.Find(pickled, budget, errors);
        foreach ((string name, PickledTensor tensor) in all.Tensors)
        {
            budget.Take(PerTensor, $"its tensor '{name}'");
            budget.Check(StridedView.Length(tensor), $"its tensor '{name}'");
            found[name] = tensor;
        }
        Format = format;
        (Container, OtherContainers) = (all.Container, all.Others);
        Tensors = [.. found.Select(item => new TensorDescription(item.Key, item.Value.Storage.Type, item.Value.Shape))];
        _views = [.. found.Values];
        _storages = storages;
        _budget = budget;
    }

    public string Format { get; }

    public string Container { get; }

    public IReadOnlyList<string> OtherContainers { get; }

    public IReadOnlyList<TensorDescription> Tensors { get; }

    public IReadOnlyDictionary<string, string> Metadata { get; } = new Dictionary<string, string>();

    public StoredTensor Read(int index)
    {
        (TensorDescription tensor, PickledTensor view) = (Tensors[index], _views[index]);
        return new StoredTensor(tensor.Name, tensor.Type, tensor.Shape,
            StridedView.Contiguous(view, _storages.Read(view.Storage), _budget));
    }

    public bool TryReadInto(int index, Span<byte> target) =>
        _views[index] is { Offset: 0, Storage.Start: 0 } view && StridedView.IsContiguous(view)
            && _storages.TryReadInto(view.Storage, target);
}

/// <summary>A storage, or a part of one: elements of one type in the file, not read yet.</summary>
/// <param name="Type">The type of the elements.</param>
/// <param name="Key">The key of the storage in the file.</param>
/// <param name="Count">The number of elements.</param>
/// <param name="Start">The index of the first element, where it is a part.</param>
internal sealed record PickledStorage(TensorType Type, string Key, long Count, long Start = 0)
{
    /// <summary>
    /// The longest key accepted: torch.save's are numbers. Keys are hashed for every tensor, so that long ones would be slow.
    /// </summary>
    public const int LongestKey = 128;
}

/// <summary>A tensor: a strided view of a storage, checked to be within its bounds.</summary>
internal sealed record PickledTensor(PickledStorage Storage, long Offset, long[] Shape, long[] Strides) : IPickledObject
{
    // Hooks and attributes, which loading does not need.
    public void SetState(object? state, FileErrors errors)
    {
    }
}

/// <summary>A tensor's elements in row-major order: the storage's own memory where it has that order, a copy otherwise.</summary>
internal static class StridedView
{
    /// <summary>The length of the elements in bytes, saturating at 2^63: with strides of 0 a hostile shape may have any product.</summary>
    public static Int128 Length(PickledTensor tensor) => tensor.Shape.Contains(0) ? 0 : tensor.Shape.Aggregate(
        (Int128)tensor.Storage.Type.Size(), (product, size) => product > long.MaxValue ? product : product * size);

    /// <exception cref="WeightsException">The copy would be larger than such a file needs.</exception>
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

    /// <summary>Whether the elements are contiguous, in row-major order.</summary>
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

    // Of a view within its storage that repeats nothing: it cannot overflow.
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
