using MLTransfer.Files;

namespace MLTransfer.Weights;

/// <summary>The tensors that the pickle of torch.save describes, as views of storages.</summary>
internal sealed class TorchContent : IWeightsContent
{
    // What describing, naming and finding one takes, its numbers aside.
    private const int PerTensor = 384;
    private readonly PickledTensor[] _views;
    private readonly IStorages _storages;
    private readonly ReadBudget _budget;

    /// <param name="format">What the format is called.</param>
    /// <param name="pickled">What the pickle holds.</param>
    /// <param name="storages">The numbers.</param>
    /// <param name="budget">Pays for copies.</param>
    /// <param name="errors">The file's errors.</param>
    /// <exception cref="WeightsException">There are no named tensors in it.</exception>
    public TorchContent(string format, object? pickled, IStorages storages, ReadBudget budget, WeightsErrors errors)
    {
        // As in a dictionary of Python's, the last of several values under one key counts, in the place of the first.
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
