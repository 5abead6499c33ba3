namespace MLTransfer.Imaging.Transforms;

/// <summary>Which data set the operations of <see cref="AutoAugment"/> were found for.</summary>
public enum AutoAugmentPolicy
{
    /// <summary>Photographs of a thousand kinds of things.</summary>
    ImageNet,

    /// <summary>Small photographs of ten kinds of things.</summary>
    Cifar10,

    /// <summary>House numbers.</summary>
    Svhn,
}
