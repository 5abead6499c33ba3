using MLTransfer.Errors;
using MLTransfer.Imaging.Transforms;

namespace MLTransfer.Imaging;

/// <summary>The common augmentation recipes, as lists of transforms. Each ends with squares of one size.</summary>
public static class Presets
{
    /// <summary>The backbone's own recipe: <see cref="Preprocessing.TrainingTransforms"/>.</summary>
    public const string Standard = "standard";

    /// <summary>No augmentation: training images go through what evaluation does.</summary>
    public const string None = "none";

    private static readonly OrderedDictionary<string, Func<Preprocessing, IReadOnlyList<ImageTransform>>> Recipes =
        new(StringComparer.OrdinalIgnoreCase)
        {
            [Standard] = preprocessing => preprocessing.TrainingTransforms(),
            ["trivial"] = preprocessing => [.. preprocessing.TrainingTransforms(), new TrivialAugmentWide(), Erasing(preprocessing)],
            ["auto"] = preprocessing => [.. preprocessing.TrainingTransforms(), new AutoAugment(PolicyFor(preprocessing))],
            ["rand"] = preprocessing => [.. preprocessing.TrainingTransforms(), new RandAugment()],
            ["augmix"] = preprocessing => [.. preprocessing.TrainingTransforms(), new AugMix()],
            ["digits"] = preprocessing => Digits(preprocessing.CropTo),
            [None] = preprocessing => preprocessing.EvaluationTransforms(),
        };

    /// <summary>The names of the recipes.</summary>
    public static IReadOnlyList<string> Names { get; } = [.. Recipes.Keys];

    /// <summary>
    /// The recipe of a name, for the images that a backbone sees: <c>standard</c> crops and flips; <c>trivial</c>, <c>auto</c>,
    /// <c>rand</c> and <c>augmix</c> add TrivialAugmentWide (with random erasing), AutoAugment, RandAugment and AugMix to it, as
    /// torchvision's training recipes do; <c>digits</c>; <c>none</c>. Or steps with commas: <c>crop:SCALE</c>, a random resized crop of at
    /// least this part of the image, only as the first; <c>shift:FRACTION</c>, a random crop of the whole size with so much black padding
    /// on each side; <c>rotate:DEGREES</c>, to either side; <c>flip</c>, with probability 1/2. Without a crop the steps follow what
    /// evaluation does. All are torchvision's, with its defaults.
    /// </summary>
    /// <param name="name">One of <see cref="Names"/>, or steps, in any case.</param>
    /// <param name="preprocessing">The preprocessing of evaluation.</param>
    /// <exception cref="ArgumentException">There is no such recipe, or a number is outside its range.</exception>
    public static IReadOnlyList<ImageTransform> Find(string name, Preprocessing preprocessing)
    {
        ArgumentNullException.ThrowIfNull(preprocessing);
        return RecipeOf(name) is { } recipe ? recipe(preprocessing) : throw new ArgumentException(Unknown(name), nameof(name));
    }

    /// <summary>ImageNet's training recipe since Inception: a random resized crop, flipped with probability 1/2.</summary>
    /// <param name="size">Side of the square, in pixels. Default 224.</param>
    public static IReadOnlyList<ImageTransform> ImageNetTrain(int size = 224) => [new RandomResizedCrop(size), new RandomHorizontalFlip()];

    /// <summary>ImageNet's evaluation: the shorter side to 256/224 of the size, then the center.</summary>
    /// <param name="size">Side of the square, in pixels. Default 224.</param>
    public static IReadOnlyList<ImageTransform> ImageNetEval(int size = 224) => Preprocessing.ImageNet.ForSize(size).EvaluationTransforms();

    /// <summary>
    /// The training recipe of CIFAR's ResNets (He et al. 2015, §4.2): shifted by up to 4 pixels, flipped with probability 1/2.
    /// </summary>
    public static IReadOnlyList<ImageTransform> Cifar => [new Resize(32, 32), new RandomCrop(32, 4), new RandomHorizontalFlip()];

    /// <summary>
    /// For digits and letters, which a flip would turn into others: rotated by up to 10°, shifted and scaled by up to a tenth.
    /// </summary>
    /// <param name="size">Side of the square, in pixels. Default 28, MNIST's own.</param>
    public static IReadOnlyList<ImageTransform> Digits(int size = 28) =>
    [
        new Resize(size, size),
        new RandomAffine(10)
        {
            HorizontalTranslation = 0.1, VerticalTranslation = 0.1, Scale = new(0.9, 1.1), Interpolation = Interpolation.Bilinear,
        },
    ];

    private static AutoAugmentPolicy PolicyFor(Preprocessing preprocessing) =>
        preprocessing.CropTo <= Preprocessing.LargestSmallImage ? AutoAugmentPolicy.Cifar10 : AutoAugmentPolicy.ImageNet;

    // torchvision erases after normalization, to 0: the mean color.
    private static RandomErasing Erasing(Preprocessing preprocessing) => new()
    {
        Probability = 0.1,
        Fill = new Color(Level(preprocessing.Mean.R), Level(preprocessing.Mean.G), Level(preprocessing.Mean.B)),
    };

    private static byte Level(float color) => (byte)Math.Clamp(MathF.Round(color * byte.MaxValue), 0, byte.MaxValue);

    internal static string? Complaint(string? name) => name is not null && RecipeOf(name) is not null ? null : Unknown(name);

    private static Func<Preprocessing, IReadOnlyList<ImageTransform>>? RecipeOf(string name) =>
        Recipes.GetValueOrDefault(name) ?? AugmentationSteps.TryParse(name);

    private static string Unknown(string? name) =>
        $"There is no augmentation '{name}'. Known are {string.Join(", ", Names)}.{NearestName.Suggest(name ?? "", Names)} Steps are "
        + $"possible too: {AugmentationSteps.Known}.";
}
