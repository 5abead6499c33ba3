using MLTransfer.Files;

namespace MLTransfer.Weights;

/// <summary>The tensors that the header of a safetensors file describes.</summary>
/// <param name="header">The header.</param>
/// <param name="start">Where the numbers start.</param>
/// <param name="source">The file.</param>
internal sealed class SafetensorsWeights(SafetensorsHeader header, long start, ByteSource source) : IWeightsContent
{
    public string Format => "safetensors";

    public string Container => "";

    public IReadOnlyList<string> OtherContainers => [];

    public IReadOnlyList<TensorDescription> Tensors { get; } =
        [.. header.Entries.Select(entry => new TensorDescription(entry.Name, entry.Type, entry.Shape))];

    public IReadOnlyDictionary<string, string> Metadata => header.Metadata;

    public StoredTensor Read(int index)
    {
        SafetensorsEntry entry = header.Entries[index];
        byte[] bytes = GC.AllocateUninitializedArray<byte>((int)(entry.End - entry.Start));
        source.Read(start + entry.Start, bytes);
        return new StoredTensor(entry.Name, entry.Type, entry.Shape, bytes);
    }

    public bool TryReadInto(int index, Span<byte> target)
    {
        source.Read(start + header.Entries[index].Start, target);
        return true;
    }
}
