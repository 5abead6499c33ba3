using MLTransfer.Data;
using MLTransfer.Errors;
using MLTransfer.Training;

namespace MLTransfer;

/// <summary>Training options that depend on neither the network nor its inputs.</summary>
public abstract record TrainingOptions
{
    private protected TrainingOptions()
    {
    }

    /// <summary>What is done where some classes have many more images than others. Default: <see cref="ClassBalance.None"/>.</summary>
    [TrainingOption(
        "Where some classes have many more images: weights lets images of rare ones count more, sampling draws all classes equally often.",
        CommandLine = "--balance")]
    public ClassBalance Balance { get; init; }

    /// <summary>
    /// What the images of a class count in the loss, by the name of the class, as the <c>weight</c> of PyTorch's cross entropy; multiplied
    /// with the weights of <see cref="Balance"/> and of the images themselves. Default: <see cref="ClassWeights.Equal"/>.
    /// </summary>
    [TrainingOption(
        "What images of a class count in the loss, by the name of the class; those of others count 1. Multiplied with --balance weights.",
        CommandLine = "--class-weights", Shape = "CLASS=X[,CLASS=X...]", Formerly = "equal")]
    public ClassWeights ClassWeights { get; init; } = ClassWeights.Equal;

    /// <summary>How often each image is trained on. Default: 20 in feature extraction, 10 in fine-tuning.</summary>
    [TrainingOption("How often every training image is seen.", CommandLine = "--epochs",
        Range = NumberRange.Between, Least = 1, Most = 99_999,
        MayChange = "With more epochs the training goes on; the schedule then follows the new number.")]
    public int Epochs { get; init; } = 10;

    /// <summary>
    /// Images in a training step. 0: a power of two from 4 to 256 is found by training steps on random images: the size is doubled while
    /// there is memory (on a processor, half of what is free), while an epoch has at least eight steps and, from 16 on, while that trains
    /// at least a tenth more images a second. The size is chosen by speed alone. The accuracy also depends on it, and so does the best
    /// learning rate, which is not adapted. The size is remembered for this machine, in the file <c>measured.txt</c> in the user's cache,
    /// a checkpoint keeps it, and <see cref="TrainingSummary.BatchSize"/> has it. In feature extraction, 0 is 32: a head on features takes
    /// neither time nor memory worth a search. Default: 32.
    /// </summary>
    [TrainingOption(
        "Images per training step. auto: found by trying, doubled while they fit into memory and train faster; the learning rate stays "
        + "as it is. A head on features is trained with 32.",
        CommandLine = "--batch-size", Range = NumberRange.Between, Least = 0, Most = 65_536, WordForZero = "auto")]
    public int BatchSize { get; init; } = DefaultBatchSize;

    private const int DefaultBatchSize = 32;

    /// <summary><see cref="BatchSize"/>, or its default where it is to be found by trying.</summary>
    internal int StepSize => BatchSize == 0 ? DefaultBatchSize : BatchSize;

    /// <summary>Peak learning rate. Default: null, the <see cref="RecommendedLearningRate"/>.</summary>
    [TrainingOption("Peak learning rate.", CommandLine = "--learning-rate", Range = NumberRange.Positive,
        DefaultFrom = nameof(RecommendedLearningRate))]
    public double? LearningRate { get; init; }

    /// <summary>The learning rate that is used when none is given.</summary>
    public abstract double RecommendedLearningRate { get; }

    /// <summary>Optimizer. Default: AdamW in fine-tuning, Adam in feature extraction.</summary>
    [TrainingOption("Optimizer.", CommandLine = "--optimizer")]
    public OptimizerKind Optimizer { get; init; }

    /// <summary>
    /// How the learning rate changes: a <see cref="ScheduleKind"/>, or one of the methods of <see cref="LearningRateSchedule"/>. Default:
    /// a cosine down to zero.
    /// </summary>
    [TrainingOption(
        "How the learning rate changes over the epochs: constant, step:EPOCHS:FACTOR, multi-step:EPOCH,EPOCH:FACTOR, "
        + "exponential:FACTOR, polynomial:POWER, cosine:MINIMUM:EPOCHS:MULTIPLE (with restarts), one-cycle:PART:DIVISOR, "
        + "plateau:PATIENCE:FACTOR:METRIC; numbers may be left out.",
        CommandLine = "--schedule", Shape = "NAME[:NUMBER...]")]
    public LearningRateSchedule Schedule { get; init; } = ScheduleKind.Cosine;

    /// <summary>How long the learning rate rises before the schedule begins. Default: <see cref="LearningRateWarmup.None"/>.</summary>
    [TrainingOption(
        "How long the learning rate rises before the schedule begins: epochs such as 2e, steps such as 100, or a fraction such as 0.05.",
        CommandLine = "--warmup", Shape = "2e|100|0.05", Default = "0, not at all", Formerly = "0")]
    public LearningRateWarmup Warmup { get; init; } = LearningRateWarmup.None;

    /// <summary>
    /// What the best epoch, whose weights the model gets, is chosen by, and what <see cref="Patience"/> waits for. Without validation
    /// images the last epoch is the best. Default: <see cref="EpochMetric.Accuracy"/>.
    /// </summary>
    [TrainingOption(
        "What the best epoch is chosen by, on the validation images; its weights are kept. map: mean average precision; ece: expected "
        + "calibration error.",
        CommandLine = "--choose-by", Shape = "accuracy|loss|macro-f1|macro-accuracy|macro-precision|map|ece|brier",
        Formerly = nameof(EpochMetric.Accuracy))]
    public EpochMetric ChooseBy { get; init; }

    /// <summary>
    /// After how many epochs in a row without a gain in <see cref="ChooseBy"/> the training ends; without validation images, in the loss or
    /// the accuracy of the training images. Default: 0, never.
    /// </summary>
    [TrainingOption("End the training after so many epochs in a row without a gain; 0: never.", CommandLine = "--patience",
        Range = NumberRange.Between, Least = 0, Most = 99_999, Default = "0, never",
        MayChange = "With more patience the training goes on.")]
    public int Patience { get; init; }

    /// <summary>A gain that <see cref="Patience"/> waits for must be greater than this, in units of the metric. Default: 0.</summary>
    [TrainingOption("A gain that --patience waits for must be greater than this, such as 0.001.", CommandLine = "--least-gain",
        Range = NumberRange.NotNegative, MayChange = "It changes no weight, only when the training ends.")]
    public double LeastGain { get; init; }

    /// <summary>
    /// The momentum of <see cref="OptimizerKind.Sgd"/>, at least 0 and below 1; 0: plain gradient descent. Default: 0.9.
    /// </summary>
    [TrainingOption("Momentum of sgd; 0: plain gradient descent.", CommandLine = "--momentum", Range = NumberRange.Fraction,
        Formerly = "0.9")]
    public double Momentum { get; init; } = 0.9;

    /// <summary>Whether the momentum of <see cref="OptimizerKind.Sgd"/> looks ahead (Nesterov 1983). Default: true.</summary>
    [TrainingOption("Whether the momentum of sgd looks ahead.", CommandLine = "--nesterov", Shape = "on|off", Formerly = "True")]
    public bool Nesterov { get; init; } = true;

    /// <summary>
    /// Batches whose gradients are added up before the weights change: the step is that of one batch of so many times
    /// <see cref="BatchSize"/> images, but for batch norms, which see each batch apart. Default: 1.
    /// </summary>
    [TrainingOption("Batches whose gradients are added up for one step, as if they were one large batch.", CommandLine = "--accumulate",
        Range = NumberRange.Between, Least = 1, Most = 65_536, Formerly = "1")]
    public int Accumulate { get; init; } = 1;

    /// <summary>
    /// Gradients of a step are scaled down together where their norm over all weights is greater, as by PyTorch's <c>clip_grad_norm_</c>.
    /// Default: 0, never.
    /// </summary>
    [TrainingOption("The greatest norm of all gradients together, such as 1; longer ones are scaled down.", CommandLine = "--clip-norm",
        Range = NumberRange.NotNegative, Default = "0, any", Formerly = "0")]
    public double ClipNorm { get; init; }

    /// <summary>Each gradient is cut off at this absolute value, before <see cref="ClipNorm"/>. Default: 0, never.</summary>
    [TrainingOption("The greatest absolute value of a gradient; greater ones are cut off.", CommandLine = "--clip-value",
        Range = NumberRange.NotNegative, Default = "0, any", Formerly = "0")]
    public double ClipValue { get; init; }

    /// <summary>
    /// The decay, at least 0 and below 1, of a running average of the weights, which is validated and which the model gets; usual are 0.99
    /// to 0.9999. It rises from 0 over the steps, as 1 − step^(−2/3) (timm's ModelEmaV3). Takes the memory of another copy of the
    /// weights. Default: 0, no average.
    /// </summary>
    [TrainingOption("Decay of a running average of the weights, such as 0.999, which becomes the model.", CommandLine = "--ema",
        Range = NumberRange.Fraction, Default = "0, no average", Formerly = "0")]
    public double EmaDecay { get; init; }

    /// <summary>
    /// The epoch from which on the plain average of the weights at the ends of epochs takes their place in validation and in the model
    /// (stochastic weight averaging, Izmailov et al. 2018); batch-norm statistics are averaged likewise. An epoch before it becomes the
    /// model where it was better on the validation images. It is for learning rates that do not fall to zero. Not together with
    /// <see cref="EmaDecay"/>. Default: 0, no average.
    /// </summary>
    [TrainingOption("The epoch from which on the plain average of the weights becomes the model; for rates that do not fall to zero.",
        CommandLine = "--swa-from", Range = NumberRange.Between, Least = 0, Most = 99_999, Default = "0, no average", Formerly = "0")]
    public int SwaFrom { get; init; }

    /// <summary>
    /// How many of the best epochs by <see cref="ChooseBy"/> are considered for an average of their weights, which the model gets: the
    /// greedy soup of Wortsman et al. 2022. It begins with the best epoch, and each other is added where the metric of the average on the
    /// validation images is not worse; batch-norm statistics are averaged likewise. What is averaged is what was validated: with
    /// <see cref="EmaDecay"/> or <see cref="SwaFrom"/>, their averages. Takes the memory of as many copies of the weights, and one
    /// validation for each. Needs validation images. Default: 0, the best epoch alone.
    /// </summary>
    [TrainingOption(
        "Average the weights of up to so many of the best epochs, where the average is no worse on the validation images.",
        CommandLine = "--soup", Range = NumberRange.Between, Least = 0, Most = 1000, Default = "0, the best epoch alone", Formerly = "0")]
    public int SoupOf { get; init; }

    /// <summary>
    /// Weight decay: an L2 penalty in the gradient, but for AdamW decoupled from it and scaled by the learning rate. Default: 1e-4.
    /// </summary>
    [TrainingOption("Weight decay: decoupled with adamw, L2 with the other optimizers.", CommandLine = "--weight-decay",
        Range = NumberRange.NotNegative)]
    public double WeightDecay { get; init; } = 1e-4;

    /// <summary>
    /// Whether weight decay holds for norms, biases, scales, and the embeddings of positions and tokens, too; timm leaves them out.
    /// Default: true.
    /// </summary>
    [TrainingOption("Whether weight decay holds for norms, biases and embeddings, too.", CommandLine = "--decay-norms", Shape = "on|off",
        Formerly = "True")]
    public bool DecayNorms { get; init; } = true;

    /// <summary>
    /// The loss. What is reported of the validation images is always the cross entropy. Default: <see cref="LossKind.CrossEntropy"/>.
    /// </summary>
    [TrainingOption("The loss: cross-entropy, or bce, the binary cross entropy of each class against all others.", CommandLine = "--loss",
        Shape = "cross-entropy|bce", Formerly = nameof(LossKind.CrossEntropy))]
    public LossKind Loss { get; init; }

    /// <summary>
    /// Makes the loss focal: what an image adds is multiplied by (1 − probability of its class)^gamma, so that those already right count
    /// less (Lin et al. 2017); usual is 2. Default: 0, not done.
    /// </summary>
    [TrainingOption("Makes the loss focal with this gamma, such as 2: images already right count less.", CommandLine = "--focal",
        Range = NumberRange.NotNegative, Default = "0, not done", Formerly = "0")]
    public double FocalGamma { get; init; }

    /// <summary>
    /// The fraction of the target probability that is spread over all classes, at least 0 and below 1 (Szegedy et al. 2015). Default: 0.
    /// </summary>
    [TrainingOption("The fraction of the target probability that is spread over all classes.", CommandLine = "--label-smoothing",
        Range = NumberRange.Fraction)]
    public double LabelSmoothing { get; init; }

    /// <summary>The number format of the network, in training and in the trained model. Default: <see cref="Precision.Auto"/>.</summary>
    [TrainingOption(
        "Numbers the network computes with. auto: bf16 for frozen layers where the device has it, and for trained layers where it "
        + "was measured to be faster, or on a CUDA device.",
        CommandLine = "--precision", Shape = "auto|float32|bf16")]
    public Precision Precision { get; init; }

    /// <summary>Where the network runs. Default: <see cref="DeviceKind.Auto"/>.</summary>
    [TrainingOption("Where to compute. auto: a CUDA device where there is one.", CommandLine = "--device",
        MayChange = "A training may move to another machine.")]
    public DeviceKind Device { get; init; }

    /// <summary>The learning rate of each step relative to the peak, in place of <see cref="Schedule"/>.</summary>
    internal StepRate? StepRate { get; init; }

    /// <summary>Called after every finished epoch; the training ends where it returns true.</summary>
    internal Func<EpochResult, bool>? StopsAfter { get; init; }

    /// <summary>
    /// Ends the epochs after the running batch, but not what comes after them, such as calibration: the end of a time, not an interruption.
    /// It is canceled where the training is. Null: the epochs end where the training is canceled.
    /// </summary>
    internal CancellationToken? EpochsUntil { get; init; }

    /// <summary>The given learning rate, or else the recommended one.</summary>
    internal double PeakLearningRate => LearningRate ?? RecommendedLearningRate;

    /// <summary>The learning rate of the head divided by that of the backbone.</summary>
    internal virtual double HeadRateFactor => 1;

    /// <summary>The learning rate of a layer group divided by that of the one after it.</summary>
    /// <param name="groups">How many groups the backbone has.</param>
    internal virtual double LayerRateFactor(int groups) => 1;

    /// <summary>Every value that is out of range, and every contradiction, one sentence each.</summary>
    private protected IEnumerable<string?> Complaints() =>
        [.. TrainingOption.Of(GetType()).Select(option => option.Complaint(this)), .. Contradictions()];

    /// <summary>What is wrong with several options together.</summary>
    private protected virtual IEnumerable<string?> Contradictions() =>
    [
        EmaDecay > 0 && SwaFrom > 0 ? "EmaDecay and SwaFrom exclude each other: there is one average of the weights." : null,
        SwaFrom > Epochs ? $"SwaFrom is {SwaFrom}, after the last of {Epochs} epochs: nothing would be averaged." : null,
        Warmup is { } warmup && warmup.LengthOf(int.MaxValue, Epochs) is var length && length > 0 && length >= Epochs
            ? $"Warmup is {warmup}, which is the whole training of {Epochs} epochs; make it shorter." : null,
    ];

    /// <exception cref="OptionException">An option cannot be used; the message says all that is wrong.</exception>
    internal void RequireValid() => OptionException.Resolve(null, () => Check.All(this, Complaints()));
}

/// <summary>How training treats classes with very different numbers of images.</summary>
public enum ClassBalance
{
    /// <summary>Nothing: every image counts the same, so frequent classes count more.</summary>
    None,

    /// <summary>
    /// Images of rare classes count more in the loss, so that all classes count the same: each image by the number of all images, divided
    /// by the number of classes and by that of its class's images, as scikit-learn's <c>balanced</c>.
    /// </summary>
    Weights,

    /// <summary>
    /// Each epoch draws as many images as there are, equally many of every class: those of rare classes several times, of frequent ones a
    /// part, which is another one in each epoch.
    /// </summary>
    Sampling,
}

/// <summary>The optimizers.</summary>
public enum OptimizerKind
{
    /// <summary>Stochastic gradient descent with momentum, by default Nesterov's with 0.9.</summary>
    Sgd,

    /// <summary>Adam (Kingma and Ba 2014) with PyTorch's defaults.</summary>
    Adam,

    /// <summary>Adam with decoupled weight decay (Loshchilov and Hutter 2017).</summary>
    AdamW,

    /// <summary>RMSprop (Hinton 2012) with PyTorch's defaults: without momentum.</summary>
    RMSProp,

    /// <summary>Adam with Nesterov's momentum (Dozat 2016) and PyTorch's defaults.</summary>
    NAdam,

    /// <summary>Adam that adapts only once its statistics are good enough (Liu et al. 2019), with PyTorch's defaults.</summary>
    RAdam,

    /// <summary>Adagrad (Duchi et al. 2011) with PyTorch's defaults.</summary>
    Adagrad,
}

/// <summary>The losses; each goes with label smoothing, class weights and mixed images.</summary>
public enum LossKind
{
    /// <summary>The cross entropy of the classes' softmax.</summary>
    CrossEntropy,

    /// <summary>
    /// The binary cross entropy of each class against all others, averaged over the classes. The model's probabilities are still those of
    /// the softmax, and every image has one class: there are no multi-label models.
    /// </summary>
    BinaryCrossEntropy,
}

/// <summary>The kinds of curves that a learning rate follows; <see cref="LearningRateSchedule"/> has their numbers.</summary>
public enum ScheduleKind
{
    /// <summary>The learning rate stays the same.</summary>
    Constant,

    /// <summary>The learning rate is divided by ten after two thirds of the epochs.</summary>
    Step,

    /// <summary>The learning rate falls to zero along half a cosine wave (Loshchilov and Hutter 2016).</summary>
    Cosine,

    /// <summary>
    /// The learning rate rises from a 25th of its peak over the first 30 % of the steps, then falls to zero, both along half a cosine wave
    /// (Smith and Topin 2017, as in torch's <c>OneCycleLR</c>): for training from scratch at high learning rates.
    /// </summary>
    OneCycle,

    /// <summary>The learning rate is divided by ten after half and after three quarters of the epochs.</summary>
    MultiStep,

    /// <summary>The learning rate falls by a tenth in every epoch.</summary>
    Exponential,

    /// <summary>The learning rate falls to zero in a straight line.</summary>
    Polynomial,

    /// <summary>The learning rate is divided by ten whenever the loss has not gained for more than ten epochs.</summary>
    Plateau,
}
