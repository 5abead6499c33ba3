using TorchSharp;
using static TorchSharp.torch;

namespace MLTransfer.Weights;

/// <summary>Brings stored tensors into a module and back out of it.</summary>
public static class StateDict
{
    private const string Counter = "num_batches_tracked";

    /// <summary>Loads tensors into the parameters and buffers of the same names, converted to their types; nothing is changed unless all fit.</summary>
    /// <param name="module">The module.</param>
    /// <param name="tensors">The tensors by name.</param>
    /// <param name="file">What errors call the place the tensors come from.</param>
    /// <param name="architecture">What errors call the module.</param>
    /// <param name="classifier">
    /// The name of a classifier that may be missing or have another number of classes: it is then left as it is. Null: every tensor counts.
    /// </param>
    /// <param name="recognise">Finds out, for the error, of which architecture tensors that do not fit are; null when it does not know either.</param>
    /// <returns>Whether the classifier was loaded too.</returns>
    /// <exception cref="WeightsException">Names are missing, left over or of another shape; the message lists them.</exception>
    public static bool Load(
        nn.Module module, IReadOnlyDictionary<string, StoredTensor> tensors, string file, string architecture, string? classifier = null,
        Func<IReadOnlyDictionary<string, StoredTensor>, string?>? recognise = null)
    {
        ArgumentNullException.ThrowIfNull(module);
        ArgumentNullException.ThrowIfNull(tensors);
        using var scope = NewDisposeScope();
        using var frozen = no_grad();
        Dictionary<string, Tensor> state = module.state_dict();
        bool IsClassifier(string name) => classifier is not null && name.StartsWith(classifier + ".", StringComparison.Ordinal);
        bool Fits(string name) => tensors.TryGetValue(name, out StoredTensor? stored) && stored.Shape.AsSpan().SequenceEqual(state[name].shape);
        bool withClassifier = state.Keys.Where(IsClassifier).All(Fits);
        string[] wanted = [.. state.Keys.Where(name => withClassifier || !IsClassifier(name))];
        var differences = new StateDifferences(
            // Files written before PyTorch 0.4.1 do not count batches.
            [.. wanted.Where(name => !tensors.ContainsKey(name) && !name.EndsWith(Counter, StringComparison.Ordinal))],
            [.. tensors.Keys.Where(name => !state.ContainsKey(name) && !IsClassifier(name))],
            [.. wanted.Where(name => tensors.ContainsKey(name) && !Fits(name))
                .Select(name => $"{name} is [{string.Join(", ", tensors[name].Shape)}], expected [{string.Join(", ", state[name].shape)}]")]);
        if (differences.Any) throw differences.Error(file, architecture, wanted.Length, recognise?.Invoke(tensors));
        foreach (string name in wanted.Where(tensors.ContainsKey)) state[name].copy_(ToTensor(tensors[name]));
        return withClassifier;
    }

    /// <summary>A module's parameters and buffers, copied, in the order and with the names of its <c>state_dict</c>.</summary>
    public static IReadOnlyList<StoredTensor> Save(nn.Module module)
    {
        ArgumentNullException.ThrowIfNull(module);
        using var scope = NewDisposeScope();
        using var frozen = no_grad();
        return [.. module.state_dict().Select(entry =>
            new StoredTensor(entry.Key, TypeOf(entry.Value.dtype), entry.Value.shape, entry.Value.cpu().contiguous().bytes.ToArray()))];
    }

    private static Tensor ToTensor(StoredTensor stored)
    {
        Tensor tensor = empty(stored.Shape, TypeOf(stored.Type));
        stored.Bytes.Span.CopyTo(tensor.bytes);
        return tensor;
    }

    private static ScalarType TypeOf(TensorType type) => type switch
    {
        TensorType.Bool => ScalarType.Bool,
        TensorType.UInt8 => ScalarType.Byte,
        TensorType.Int8 => ScalarType.Int8,
        TensorType.Int16 => ScalarType.Int16,
        TensorType.Int32 => ScalarType.Int32,
        TensorType.Int64 => ScalarType.Int64,
        TensorType.Float16 => ScalarType.Float16,
        TensorType.BFloat16 => ScalarType.BFloat16,
        TensorType.Float32 => ScalarType.Float32,
        TensorType.Float64 => ScalarType.Float64,
        _ => throw new ArgumentOutOfRangeException(nameof(type), type, "This is not a tensor type."),
    };

    private static TensorType TypeOf(ScalarType type) =>
        Enum.GetValues<TensorType>().Cast<TensorType?>().FirstOrDefault(candidate => TypeOf(candidate!.Value) == type)
        ?? throw new NotSupportedException($"Tensors of type {type} cannot be stored.");
}
