namespace MLTransfer.Weights;

/// <summary>An open weights file of some format, its tensors found and checked, their numbers not read yet.</summary>
internal interface IWeightsContent
{
    /// <summary>What the format is called.</summary>
    string Format { get; }

    /// <summary>The dictionary of a checkpoint that the tensors lie in, such as <c>state_dict</c>; may be empty.</summary>
    string Container { get; }

    /// <summary>The dictionaries with tensors of networks that were not taken, such as <c>state_dict_ema</c>.</summary>
    IReadOnlyList<string> OtherContainers { get; }

    /// <summary>The tensors in the file's order, of different names.</summary>
    IReadOnlyList<TensorDescription> Tensors { get; }

    /// <summary>The free text beside the tensors.</summary>
    IReadOnlyDictionary<string, string> Metadata { get; }

    /// <summary>Reads the numbers of one of <see cref="Tensors"/>.</summary>
    /// <exception cref="WeightsException">They are damaged, or would take more memory than such a file has reason for.</exception>
    StoredTensor Read(int index);

    /// <summary>
    /// Reads the numbers of one of <see cref="Tensors"/> to where they are wanted, if they lie in the file one after the other.
    /// </summary>
    /// <param name="index">Which tensor.</param>
    /// <param name="target">Memory for exactly its bytes.</param>
    /// <returns>Whether it was done; where not, only <see cref="Read"/> can.</returns>
    /// <exception cref="WeightsException">They are damaged; the memory holds what was read nevertheless.</exception>
    bool TryReadInto(int index, Span<byte> target);
}
