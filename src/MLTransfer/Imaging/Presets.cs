namespace MLTransfer.Imaging;

/// <summary>Transforms as the field's usual recipes combine them. Each ends with squares of one size.</summary>
public static class Presets
{
    /// <summary>ImageNet's training recipe since Inception: a random part of the picture to size, every second picture mirrored.</summary>
    /// <param name="size">Side of the square, in pixels. Default 224.</param>
    public static IReadOnlyList<PictureTransform> ImageNetTrain(int size = 224) => [new RandomResizedCrop(size), new HorizontalFlip()];

    /// <summary>ImageNet's evaluation: the shorter side to 256 of 224 parts of the size, then the centre.</summary>
    /// <param name="size">Side of the square, in pixels. Default 224.</param>
    public static IReadOnlyList<PictureTransform> ImageNetEval(int size = 224) => Preprocessing.ImageNet.ForSize(size).EvaluationTransforms();

    /// <summary>The training recipe of CIFAR's ResNets (He et al. 2015, §4.2): moved by up to 4 pixels, every second picture mirrored.</summary>
    public static IReadOnlyList<PictureTransform> Cifar => [new Resize(32, 32), new RandomCrop(32, 4), new HorizontalFlip()];
}
