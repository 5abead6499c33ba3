namespace MLTransfer.Weights;

/// <summary>What a weights file is and holds, without its numbers.</summary>
public sealed record WeightsSummary
{
    /// <summary>The format, such as <c>torch.save, zip</c>.</summary>
    public required string Format { get; init; }

    /// <summary>The length of the file in bytes.</summary>
    public required long FileLength { get; init; }

    /// <summary>The tensors in the file's order, named as <see cref="WeightsFile.Read(string)"/> names them.</summary>
    public required IReadOnlyList<TensorDescription> Tensors { get; init; }

    /// <summary>The dictionary of a checkpoint that the tensors lie in, such as <c>state_dict</c>; may be empty.</summary>
    public string Container { get; init; } = "";

    /// <summary>The dictionaries with tensors of networks that are not read, such as <c>state_dict_ema</c>.</summary>
    public IReadOnlyList<string> OtherContainers { get; init; } = [];

    /// <summary>
    /// What every name in the file begins with and <see cref="WeightsFile.Read(string)"/> drops, such as <c>module.</c>; empty where there
    /// is
    /// nothing.
    /// </summary>
    public required string DroppedPrefix { get; init; }

    /// <summary>The free text that a safetensors file carries; empty elsewhere.</summary>
    public IReadOnlyDictionary<string, string> Metadata { get; init; } = new Dictionary<string, string>();
}
