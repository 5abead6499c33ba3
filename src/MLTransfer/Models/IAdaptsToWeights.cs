namespace MLTransfer.Models;

/// <summary>
/// A network that also takes weights whose names or shapes are not its own: of an older version, or for images of another size.
/// </summary>
internal interface IAdaptsToWeights
{
    /// <summary>What the network calls a tensor of a file; the same name where it knows no other.</summary>
    string NameOf(string stored);

    /// <summary>Whether a tensor may get another shape. Of most networks: none.</summary>
    bool CanTake(string name, long[] shape) => false;

    /// <summary>Gives a tensor a shape that <see cref="CanTake"/> allows; the numbers it held are lost.</summary>
    void MakeRoom(string name, long[] shape) => throw new NotSupportedException($"The shape of '{name}' is fixed.");
}
