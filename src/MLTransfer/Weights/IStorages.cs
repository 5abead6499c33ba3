namespace MLTransfer.Weights;

/// <summary>The raw numbers beside a pickle of torch.save.</summary>
internal interface IStorages
{
    /// <summary>Turns a persistent id, by which the pickle refers to a storage, into what is known of that storage.</summary>
    /// <exception cref="WeightsException">There is no such storage, or it is not as the pickle says.</exception>
    PickledStorage Find(object? id);

    /// <summary>The bytes of a storage, whole; read once and kept, because tensors share them.</summary>
    /// <exception cref="WeightsException">They are damaged, or would take more memory than is left.</exception>
    byte[] Read(PickledStorage storage);

    /// <summary>Reads the bytes of a storage, whole, to where they are wanted.</summary>
    /// <returns>Whether <paramref name="target"/> is as long as the storage; nothing is done elsewhere.</returns>
    /// <exception cref="WeightsException">They are damaged.</exception>
    bool TryReadInto(PickledStorage storage, Span<byte> target);
}
