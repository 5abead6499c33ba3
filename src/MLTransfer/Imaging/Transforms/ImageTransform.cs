using System.Text.Json.Serialization;

namespace MLTransfer.Imaging.Transforms;

/// <summary>
/// Something done to an image before a network sees it. Immutable; chance comes in from outside. Written as JSON it is an object whose
/// <c>transform</c> names it, beside its settings.
/// </summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "transform")]
[JsonDerivedType(typeof(AugMix), "aug-mix")]
[JsonDerivedType(typeof(AutoAugment), "auto-augment")]
[JsonDerivedType(typeof(CenterCrop), "center-crop")]
[JsonDerivedType(typeof(ColorJitter), "color-jitter")]
[JsonDerivedType(typeof(ElasticTransform), "elastic-transform")]
[JsonDerivedType(typeof(GaussianBlur), "gaussian-blur")]
[JsonDerivedType(typeof(Grayscale), "grayscale")]
[JsonDerivedType(typeof(HorizontalFlip), "horizontal-flip")]
[JsonDerivedType(typeof(Pad), "pad")]
[JsonDerivedType(typeof(RandAugment), "rand-augment")]
[JsonDerivedType(typeof(RandomAdjustSharpness), "random-adjust-sharpness")]
[JsonDerivedType(typeof(RandomAffine), "random-affine")]
[JsonDerivedType(typeof(RandomApply), "random-apply")]
[JsonDerivedType(typeof(RandomAutocontrast), "random-autocontrast")]
[JsonDerivedType(typeof(RandomChoice), "random-choice")]
[JsonDerivedType(typeof(RandomCrop), "random-crop")]
[JsonDerivedType(typeof(RandomEqualize), "random-equalize")]
[JsonDerivedType(typeof(RandomErasing), "random-erasing")]
[JsonDerivedType(typeof(RandomGrayscale), "random-grayscale")]
[JsonDerivedType(typeof(RandomInvert), "random-invert")]
[JsonDerivedType(typeof(RandomOrder), "random-order")]
[JsonDerivedType(typeof(RandomPerspective), "random-perspective")]
[JsonDerivedType(typeof(RandomPosterize), "random-posterize")]
[JsonDerivedType(typeof(RandomResizedCrop), "random-resized-crop")]
[JsonDerivedType(typeof(RandomRotation), "random-rotation")]
[JsonDerivedType(typeof(RandomSolarize), "random-solarize")]
[JsonDerivedType(typeof(Resize), "resize")]
[JsonDerivedType(typeof(TrivialAugmentWide), "trivial-augment-wide")]
[JsonDerivedType(typeof(VerticalFlip), "vertical-flip")]
public abstract record ImageTransform
{
    private protected ImageTransform()
    {
    }

    /// <summary>The transformed image, as a new one.</summary>
    /// <param name="image">The image, left as it is.</param>
    /// <param name="random">Where chance comes from, for the transforms that use it.</param>
    /// <exception cref="ImageException">The result would be larger than an image can be.</exception>
    public Image Apply(Image image, ref ImageRandom random)
    {
        ArgumentNullException.ThrowIfNull(image);
        using DecodedPixels pixels = new(image);
        return TransformChain.Apply([this], pixels, ref random);
    }

    /// <summary>The size it always results in, given what its input always has; nothing where that depends on the image.</summary>
    internal abstract ImageDimensions? SizeAfter(ImageDimensions? before);
}
