using MLTransfer.Data;

namespace MLTransfer;

/// <summary>What is done where some classes have many more images than others.</summary>
public enum ClassBalance
{
    /// <summary>Nothing: every image counts the same, so frequent classes count more.</summary>
    None,

    /// <summary>
    /// Images of rare classes count more in the loss, so that all classes count the same; see <see cref="Data.ClassWeights.Balanced"/>.
    /// </summary>
    Weights,

    /// <summary>
    /// Images of rare classes come several times in an epoch, and of frequent ones a part; see <see cref="Data.ClassSampling.Balanced"/>.
    /// </summary>
    Sampling,
}
