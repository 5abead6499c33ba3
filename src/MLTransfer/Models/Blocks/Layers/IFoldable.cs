using static TorchSharp.torch;

namespace MLTransfer.Models.Blocks;

/// <summary>A part of a network which can hold a second, read-only form of its weights that is faster in inference.</summary>
internal interface IFoldable
{
    /// <summary>Makes the fast form in the given type; the trained weights stay as they are.</summary>
    void Fold(ScalarType type);

    /// <summary>Gives the fast form up.</summary>
    void Unfold();
}
