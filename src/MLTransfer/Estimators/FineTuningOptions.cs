using System.Globalization;
using MLTransfer.Errors;
using MLTransfer.Files;
using MLTransfer.Imaging;
using MLTransfer.Imaging.Transforms;
using MLTransfer.Models;
using MLTransfer.Training;

namespace MLTransfer;

/// <summary>Options of fine-tuning: the backbone, or its upper layers, is trained together with a new head.</summary>
public sealed record FineTuningOptions : ImageClassificationOptions
{
    private const string PartOfTheRecipe = "The recipe of mlt train is its default.";
    private const string OnlyTheHead = "with --mode features only the head is trained";
    private const string Once = "with --mode features every image goes through the backbone once, as it is";
    private const string DecodedOnce = "with --mode features every image is decoded once, as a whole";

    /// <summary>Creates the options with their defaults; the optimizer is AdamW.</summary>
    public FineTuningOptions() => Optimizer = OptimizerKind.AdamW;

    /// <summary>
    /// The default learning rate: 1e-2 with SGD, 1e-3 with Adagrad, 1e-4 with the others; from random weights, 5e-2, 1e-2 and 1e-3.
    /// </summary>
    public override double RecommendedLearningRate => (Optimizer, FromRandomWeights) switch
    {
        (OptimizerKind.Sgd, true) => 5e-2,
        (OptimizerKind.Sgd, false) or (OptimizerKind.Adagrad, true) => 1e-2,
        (OptimizerKind.Adagrad, false) => 1e-3,
        (_, true) => 1e-3,
        _ => 1e-4,
    };

    internal override double HeadRateFactor => HeadFactor;

    internal override double LayerRateFactor(int groups) => LayerDecay != 1 ? LayerDecay : Math.Pow(LowestRate, 1.0 / groups);

    /// <summary>The layers that learn in addition to the head. Default: all.</summary>
    [TrainingOption(
        "The first layer to train; those before it stay frozen. 'mlt models NAME' lists them; head: only the new head is trained.",
        CommandLine = "--train-from", Shape = "LAYER", Default = "all layers",
        OnlyHere = "with --mode features every layer of the backbone is frozen")]
    public Layers Train { get; init; } = Layers.All;

    /// <summary>Learning rate of the head relative to the backbone's. Default: 1.</summary>
    [TrainingOption("Learning rate of the head relative to the backbone's.", CommandLine = "--head-factor", Range = NumberRange.Positive,
        OnlyHere = OnlyTheHead)]
    public double HeadFactor { get; init; } = 1;

    /// <summary>
    /// The learning rate of each layer group relative to that of the one after it, above 0 to 1: layers near the input change less. The
    /// last one has the learning rate times this. Default: 1, all the same.
    /// </summary>
    [TrainingOption("Learning rate of each layer relative to that of the layer after it, such as 0.75.", CommandLine = "--layer-decay",
        Range = NumberRange.Ratio, OnlyHere = OnlyTheHead, Formerly = "1")]
    public double LayerDecay { get; init; } = 1;

    /// <summary>
    /// The learning rate of the layer group at the input, frozen or not, relative to the learning rate, above 0 to 1. Those of the groups
    /// between it and the head are evenly spaced on a logarithmic scale, as fastai's discriminative learning rates: unlike
    /// <see cref="LayerDecay"/>, this fits backbones with few groups and with many. Without effect where that is set. Default: 1, all the
    /// same.
    /// </summary>
    [TrainingOption(
        "Learning rate of the layer at the input relative to --learning-rate, such as 0.01; evenly spaced on a logarithmic scale between "
        + "it and the head. --layer-decay counts before it.",
        CommandLine = "--lowest-rate", Range = NumberRange.Ratio, OnlyHere = OnlyTheHead, Formerly = "1")]
    public double LowestRate { get; init; } = 1;

    /// <summary>
    /// How many views of each training image the frozen layers see, where <see cref="Train"/> leaves some frozen, up to 1,000. What these
    /// layers give is kept in <see cref="ImageClassificationOptions.CacheFolder"/>, and later epochs read it instead of decoding images
    /// and running the layers again: the first epochs see what they would see anyway, later ones the same views in turns. 0: a new view
    /// in every epoch, and nothing is kept. Default: null, 4, if the outputs take no more than 4 GiB, images are not mixed or sampled by
    /// class, and layers not unfrozen one after the other; otherwise 0.
    /// </summary>
    [TrainingOption(
        "Views of each training image that the layers before --train-from see. What these layers give is kept, and later epochs read it; "
        + "0: a new view in every epoch, and nothing is kept.",
        CommandLine = "--cached-views", Range = NumberRange.Between, Least = 0, Most = 1000,
        Default = "4 where they fit into 4 GiB, else 0",
        OnlyHere = "with --mode features the outputs of all layers are kept: --views", Formerly = "0")]
    public int? CachedViews { get; init; }

    /// <summary>
    /// From which epoch on which layers are trained, of those that <see cref="Train"/> names. Default: <see cref="Unfreezing.None"/>, all
    /// from the first.
    /// </summary>
    [TrainingOption(
        "From which epoch on which layers are trained: every:2, one more after every two epochs; or layer4@2,layer1@5. At first only the "
        + "head is.",
        CommandLine = "--unfreeze", Shape = "every:N|LAYER@EPOCH", Default = "none, all from the first", OnlyHere = OnlyTheHead,
        Formerly = "none")]
    public Unfreezing Unfreeze { get; init; } = Unfreezing.None;

    /// <summary>
    /// Whether batch norms keep the statistics they come with, while their scales and offsets are trained. Statistics of a few hundred or
    /// thousand randomly cropped images are worse, and take up to twice the time and memory. In trainings of a few dozen steps MobileNet v1
    /// does better with them, or with a rate of 3e-5. Not done where the backbone starts from random weights; always done in frozen layers.
    /// Default: true.
    /// </summary>
    [TrainingOption("Whether batch norms keep the statistics that they come with.", CommandLine = "--freeze-batch-norm",
        Shape = "on|off", OnlyHere = OnlyTheHead, Formerly = "False")]
    public bool FreezeBatchNorm { get; init; } = true;

    /// <summary>
    /// Whether the new head is first trained on the features of the backbone as it comes, so that the backbone does not learn from a random
    /// head (Kumar et al. 2022). Costs one pass over the images; not done where the backbone starts from random weights. Default: true.
    /// </summary>
    [TrainingOption("Whether a new head is first trained on the features of the backbone as it comes.", CommandLine = "--head-warmup",
        Shape = "on|off", OnlyHere = OnlyTheHead)]
    public bool HeadWarmup { get; init; } = true;

    /// <summary>
    /// The weight of the losses of the backbone's auxiliary heads, where it has them: 0.3 in GoogLeNet's paper. Default: 0, they do not
    /// learn.
    /// </summary>
    [TrainingOption("How much the losses of the backbone's auxiliary heads count; 0: they are not trained.",
        Range = NumberRange.NotNegative, NotTyped = PartOfTheRecipe)]
    public double AuxiliaryWeight { get; init; }

    /// <summary>
    /// How training images are changed at random: what <see cref="Presets.Find"/> knows, one of <see cref="Presets.Names"/> or steps such
    /// as <c>crop:0.08,flip</c>. Default: <see cref="Presets.Standard"/>, crops and flips.
    /// </summary>
    [TrainingOption(
        "How training images are changed at random. standard: crops and flips; trivial, auto, rand, augmix: colors and shapes, too; "
        + "digits: turned, moved and scaled a little; none. Or steps, such as crop:0.08,flip (a part of at least 8 % of the image), "
        + "shift:0.125,flip (moved by up to an eighth) or rotate:10 (degrees).",
        CommandLine = "--augment", Shape = "NAME|STEP,...", ComparedAs = nameof(TrainingTransforms), OnlyHere = Once)]
    public string Augmentation { get; init; } = Presets.Standard;

    /// <summary>
    /// What is done to training images in place of what <see cref="Augmentation"/> names; must end with squares of the pixels that the
    /// network sees. Default: null.
    /// </summary>
    [TrainingOption("Training transforms; they replace those of Augmentation.",
        NotTyped = "A list of objects; --augment names the usual ones.", Default = "what Augmentation names",
        ComparedAs = nameof(TrainingTransforms))]
    public IReadOnlyList<ImageTransform>? TrainingTransforms { get; init; }

    /// <summary>
    /// Blends each image of a batch with another, and their classes in the same proportion, drawn from a beta distribution with this
    /// number as both parameters (Mixup, Zhang et al. 2017); usual are 0.2 to 1. Default: 0, not done.
    /// </summary>
    [TrainingOption("Blends images and their classes; the parameter of the beta distribution, such as 0.2.", CommandLine = "--mixup",
        Range = NumberRange.NotNegative, Default = "0, not done", OnlyHere = Once)]
    public double Mixup { get; init; }

    /// <summary>
    /// Pastes a rectangle of another image of the batch into each, its area drawn likewise (CutMix, Yun et al. 2019); usual is 1. With
    /// <see cref="Mixup"/> too, each batch has one of both. Default: 0, not done.
    /// </summary>
    [TrainingOption("Pastes a part of another image into each; the parameter of the beta distribution, such as 1.",
        CommandLine = "--cutmix", Range = NumberRange.NotNegative, Default = "0, not done", OnlyHere = Once)]
    public double CutMix { get; init; }

    /// <summary>
    /// Bytes of memory for images that stay decoded, so that later epochs need not decode them again; three for each pixel, in the images'
    /// full size. Images that find no room are decoded every time. The result is the same. Default: 268,435,456 (256 MiB).
    /// </summary>
    [TrainingOption("MiB of memory for images that stay decoded from epoch to epoch; the result is the same.",
        CommandLine = "--image-memory", FormerCommandLine = "--picture-memory", Range = NumberRange.NotNegative, Least = 0, Most = 1 << 20,
        Unit = 1 << 20, MayChange = "The result is the same.", OnlyHere = DecodedOnce)]
    public long ImageMemory { get; init; } = 256L << 20;

    /// <summary>
    /// Whether JPEG images trained on are decoded smaller where the transforms shrink them to half their size or less: faster for large
    /// photographs, and not quite the same pixels (gray levels differ by 0.3 to 1.3 in the mean, by 45 at most). Needs libjpeg-turbo.
    /// Validation and prediction see whole images; nothing stays decoded in <see cref="ImageMemory"/>. Default: false.
    /// </summary>
    [TrainingOption("Decode large JPEG images smaller where training shrinks them anyway; faster, not quite the same pixels.",
        CommandLine = "--reduced-scale", OnlyHere = DecodedOnce)]
    public bool ReducedScale { get; init; }

    /// <summary>
    /// A folder that keeps the training after every epoch, so that the same training goes on from there when it is run again: with the same
    /// weights in the end, on the same machine, as if it had never been stopped. With more <see cref="TrainingOptions.Epochs"/> it goes on
    /// too, finished or not: the learning rate then follows the schedule of the new number. One training at a time. Default: null, nothing
    /// is kept.
    /// </summary>
    [TrainingOption("Where the training is kept after every epoch. The same command resumes from it.", CommandLine = "--checkpoint",
        Shape = "DIR", Default = "nowhere", MayChange = "It is where the checkpoint is.",
        OnlyHere = "with --mode features the features are kept in --cache, and the head trains in seconds")]
    public string? CheckpointFolder { get; init; }

    /// <summary>The file that keeps what was chosen by measuring, as <see cref="MeasuredChoices"/>; null where none is kept.</summary>
    internal string? MeasuredFile { get; init; } = MeasuredChoices.FileIn(UserCache.Folder(_ => null, UserCache.Home));

    private protected override IEnumerable<string?> Contradictions() =>
    [
        .. base.Contradictions(),
        Balance == ClassBalance.Weights && Mixup + CutMix > 0
            ? "ClassBalance.Weights does not go with Mixup and CutMix, which join images of several classes; use ClassBalance.Sampling."
            : null,
        ClassWeights != ClassWeights.Equal && Mixup + CutMix > 0
            ? "ClassWeights does not go with Mixup and CutMix, which join images of several classes. Leave it out, or set these to 0."
            : null,
        ExampleWeightColumnName is not null && Mixup + CutMix > 0
            ? "Images have weights, and Mixup and CutMix join images, which then have none. Leave ExampleWeightColumnName out, or set "
            + "Mixup and CutMix to 0." : null,
        CachedViews > 0 && Train == Layers.All
            ? "CachedViews is set, and all layers are trained: none stay frozen whose outputs could be kept. Set Train, or leave it out."
            : null,
        CachedViews > 0 && (Mixup + CutMix > 0 || AuxiliaryWeight > 0 || Unfreeze != Unfreezing.None)
            ? "CachedViews does not go with Mixup, CutMix, AuxiliaryWeight and Unfreeze: each needs the images themselves. Leave it out."
            : null,
        CachedViews > 0 && Balance == ClassBalance.Sampling
            ? "CachedViews does not go with ClassBalance.Sampling, which shows an image several times in an epoch, each time another view "
            + "of it. Leave it out, or use ClassBalance.Weights." : null,
        Presets.Complaint(Augmentation) is { } complaint ? $"Augmentation cannot be used: {complaint}" : null,
    ];

    private protected override void CheckAgainst(Backbone backbone)
    {
        if (backbone.IsFrozen)
        {
            throw new OptionException(
                $"The graph '{Backbone}' cannot be trained: it has no layers to train, only operations. Train a head on its features "
                + "instead, by feature extraction.", nameof(Backbone));
        }

        if (AuxiliaryWeight > 0 && !backbone.HasAuxiliaryHeads)
        {
            throw new OptionException(string.Create(
                CultureInfo.InvariantCulture,
                $"AuxiliaryWeight is {AuxiliaryWeight}, and {backbone.Name} has no auxiliary heads. Leave it 0."));
        }
    }
}
