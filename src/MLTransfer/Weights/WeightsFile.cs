namespace MLTransfer.Weights;

/// <summary>Reads weights files; the format is recognized by content, never by name.</summary>
public static class WeightsFile
{
    /// <summary>
    /// Reads all tensors of a <c>.pth</c> file, as torch.save has ever written it since PyTorch 0.1.10, or of a <c>.safetensors</c> file.
    /// </summary>
    /// <param name="path">The file.</param>
    /// <returns>The tensors by name, in the file's order. A state_dict nested under <c>state_dict</c>, <c>model_state_dict</c>,
    /// <c>model</c> or <c>net</c>, or else a moving average under a name such as <c>state_dict_ema</c> or <c>model_ema</c>, is read, and
    /// <c>module.</c>, <c>_orig_mod.</c> or <c>backbone.</c> dropped where every name starts with it.</returns>
    /// <remarks>Takes no more memory than sixteen times the length of the file and five mebibytes, whatever the file says.</remarks>
    /// <exception cref="WeightsException">The file is missing, damaged, cut short, of another format, or asks for more than tensors,
    /// numbers, strings, containers and what checkpoints are known to store with them.</exception>
    public static IReadOnlyDictionary<string, StoredTensor> Read(string path)
    {
        using OpenWeights file = OpenWeights.Open(path);
        return Read(file);
    }

    /// <summary>Describes a file that <see cref="Read(string)"/> reads, without reading the values of its tensors.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="WeightsException">As for <see cref="Read(string)"/>; damage among the values is not found.</exception>
    internal static WeightsSummary Summarize(string path)
    {
        using OpenWeights file = OpenWeights.Open(path);
        return Summarize(file);
    }

    /// <summary>Describes an open file.</summary>
    internal static WeightsSummary Summarize(OpenWeights file) => new()
    {
        Format = file.Content.Format,
        FileLength = file.Length,
        Container = file.Content.Container,
        OtherContainers = file.Content.OtherContainers,
        Tensors = file.Tensors,
        DroppedPrefix = file.DroppedPrefix,
        Metadata = file.Content.Metadata,
    };

    /// <summary>Reads all tensors of an open file.</summary>
    internal static IReadOnlyDictionary<string, StoredTensor> Read(OpenWeights file)
    {
        var tensors = new OrderedDictionary<string, StoredTensor>(file.Tensors.Count, StringComparer.Ordinal);
        for (int index = 0; index < file.Tensors.Count; index++)
            tensors.Add(file.Tensors[index].Name, file.Content.Read(index) with { Name = file.Tensors[index].Name });
        return tensors;
    }
}

/// <summary>The description of a weights file, without the values of its tensors.</summary>
internal sealed record WeightsSummary
{
    /// <summary>The format, such as <c>torch.save, zip</c>.</summary>
    public required string Format { get; init; }

    /// <summary>The length of the file in bytes.</summary>
    public required long FileLength { get; init; }

    /// <summary>The tensors in the file's order, named as <see cref="WeightsFile.Read(string)"/> names them.</summary>
    public required IReadOnlyList<TensorDescription> Tensors { get; init; }

    /// <summary>The dictionary of a checkpoint that holds the tensors, such as <c>state_dict</c>; may be empty.</summary>
    public string Container { get; init; } = "";

    /// <summary>The dictionaries with tensors that are not read, such as <c>state_dict_ema</c>.</summary>
    public IReadOnlyList<string> OtherContainers { get; init; } = [];

    /// <summary>
    /// The prefix of every name in the file that <see cref="WeightsFile.Read(string)"/> drops, such as <c>module.</c>; may be empty.
    /// </summary>
    public required string DroppedPrefix { get; init; }

    /// <summary>The metadata of a safetensors file; empty for other formats.</summary>
    public IReadOnlyDictionary<string, string> Metadata { get; init; } = new Dictionary<string, string>();
}
