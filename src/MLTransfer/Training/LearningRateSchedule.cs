using System.Globalization;
using MLTransfer.Errors;
using MLTransfer.Training;

namespace MLTransfer;

/// <summary>
/// How the learning rate changes over a training. One word on the command line and in checkpoints: <c>cosine</c>, <c>step:7:0.1</c>,
/// <c>one-cycle:0.3:25</c>. A <see cref="ScheduleKind"/> stands for its schedule with the default numbers.
/// </summary>
public sealed record LearningRateSchedule
{
    private const string Forms =
        "constant, step[:EPOCHS[:FACTOR]], multi-step[:EPOCH,EPOCH...[:FACTOR]], exponential[:FACTOR], polynomial[:POWER], "
        + "cosine[:MINIMUM[:EPOCHS[:MULTIPLE]]], one-cycle[:PART[:DIVISOR]] or plateau[:PATIENCE[:FACTOR[:METRIC]]]";

    // In the order of the kinds.
    private static readonly string[] Names =
        ["constant", "step", "cosine", "one-cycle", "multi-step", "exponential", "polynomial", "plateau"];

    private LearningRateSchedule(ScheduleKind kind) => Kind = kind;

    /// <summary>The kind of curve.</summary>
    public ScheduleKind Kind { get; }

    /// <summary>step: epochs between two drops; cosine: epochs of the first cycle; null: derived from all epochs.</summary>
    internal int? Every { get; private init; }

    /// <summary>multi-step: the numbers of finished epochs after which the rate drops; null: half and three quarters of all.</summary>
    internal int[]? Milestones { get; private init; }

    /// <summary>What each drop, or each epoch of an exponential, multiplies the rate by.</summary>
    internal double Factor { get; private init; } = 0.1;

    /// <summary>polynomial: its power.</summary>
    internal double Power { get; private init; } = 1;

    /// <summary>cosine: the least rate, relative to the peak.</summary>
    internal double Minimum { get; private init; }

    /// <summary>cosine: how many times as long each cycle is as the one before.</summary>
    internal int Multiple { get; private init; } = 1;

    /// <summary>one-cycle: the part of the training in which the rate rises.</summary>
    internal double RisingPart { get; private init; } = 0.3;

    /// <summary>one-cycle: the peak divided by the first rate.</summary>
    internal double Divisor { get; private init; } = 25;

    /// <summary>plateau: epochs without a gain that are waited for.</summary>
    internal int Patience { get; private init; } = 10;

    /// <summary>plateau: what should gain.</summary>
    internal EpochMetric Metric { get; private init; } = EpochMetric.Loss;

    /// <summary>The schedule of a kind with its default numbers.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There is no such kind.</exception>
    public static implicit operator LearningRateSchedule(ScheduleKind kind) => FromScheduleKind(kind);

    /// <inheritdoc cref="op_Implicit(ScheduleKind)"/>
    public static LearningRateSchedule FromScheduleKind(ScheduleKind kind) => Enum.IsDefined(kind)
        ? new(kind) { Factor = kind == ScheduleKind.Exponential ? 0.9 : 0.1 }
        : throw new ArgumentOutOfRangeException(nameof(kind), kind, "There is no such schedule.");

    /// <summary>The rate is multiplied by a factor after every so many epochs, as by PyTorch's <c>StepLR</c>.</summary>
    /// <param name="epochs">The epochs, at least 1.</param>
    /// <param name="factor">The factor, above 0 and at most 1. Default: 0.1.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is outside its range.</exception>
    public static LearningRateSchedule Step(int epochs, double factor = 0.1) =>
        new(ScheduleKind.Step) { Every = AtLeastOne(epochs), Factor = Reducing(factor) };

    /// <summary>The rate is multiplied by a factor after each of some epochs, as by PyTorch's <c>MultiStepLR</c>.</summary>
    /// <param name="epochs">The numbers of these epochs, each greater than the one before; at least one.</param>
    /// <param name="factor">The factor, above 0 and at most 1. Default: 0.1.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is outside its range.</exception>
    public static LearningRateSchedule MultiStep(IReadOnlyList<int> epochs, double factor = 0.1)
    {
        ArgumentNullException.ThrowIfNull(epochs);
        int[] milestones = [.. epochs];
        if (milestones.Length == 0 || milestones[0] < 1 || milestones.Zip(milestones.Skip(1)).Any(pair => pair.First >= pair.Second))
        {
            throw new ArgumentOutOfRangeException(
                nameof(epochs), string.Join(',', milestones), "Epochs must be whole numbers from 1, each greater than the one before.");
        }

        return new(ScheduleKind.MultiStep) { Milestones = milestones, Factor = Reducing(factor) };
    }

    /// <summary>The rate is multiplied by a factor in every epoch, evenly over its steps; see PyTorch's <c>ExponentialLR</c>.</summary>
    /// <param name="factor">The factor, above 0 and at most 1. Default: 0.9.</param>
    /// <exception cref="ArgumentOutOfRangeException">The factor is outside that range.</exception>
    public static LearningRateSchedule Exponential(double factor = 0.9) => new(ScheduleKind.Exponential) { Factor = Reducing(factor) };

    /// <summary>The rate falls to zero as a power of the part of the training that is left, as by PyTorch's <c>PolynomialLR</c>.</summary>
    /// <param name="power">The power, above 0. Default: 1, a straight line.</param>
    /// <exception cref="ArgumentOutOfRangeException">The power is not a positive number.</exception>
    public static LearningRateSchedule Polynomial(double power = 1) => new(ScheduleKind.Polynomial) { Power = Require.Positive(power) };

    /// <summary>
    /// The rate falls along half a cosine wave, as by PyTorch's <c>CosineAnnealingLR</c>, or along several with restarts, as by
    /// <c>CosineAnnealingWarmRestarts</c> (Loshchilov and Hutter 2016).
    /// </summary>
    /// <param name="minimum">The least rate relative to the peak, from 0 to below 1. Default: 0.</param>
    /// <param name="epochs">The epochs of the first cycle. Default: null, all: there is no restart.</param>
    /// <param name="multiple">
    /// How many times as long each cycle is as the one before, at least 1; only 1 without <paramref name="epochs"/>. Default: 1.
    /// </param>
    /// <exception cref="ArgumentOutOfRangeException">A number is outside its range.</exception>
    public static LearningRateSchedule Cosine(double minimum = 0, int? epochs = null, int multiple = 1) => new(ScheduleKind.Cosine)
    {
        Minimum = Part(minimum), Every = epochs is { } cycle ? AtLeastOne(cycle) : null,
        Multiple = epochs is not null || multiple == 1 ? AtLeastOne(multiple)
            : throw new ArgumentOutOfRangeException(
                nameof(multiple), multiple, "Without the epochs of the first cycle there is only one, so that the multiple must be 1."),
    };

    /// <summary>
    /// The rate rises to its peak and then falls to zero, both along half a cosine wave, as by PyTorch's <c>OneCycleLR</c> (Smith and Topin
    /// 2017).
    /// </summary>
    /// <param name="rising">The part of the training in which it rises, from 0 to below 1. Default: 0.3.</param>
    /// <param name="divisor">The peak divided by the first rate, at least 1. Default: 25.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is outside its range.</exception>
    public static LearningRateSchedule OneCycle(double rising = 0.3, double divisor = 25) => new(ScheduleKind.OneCycle)
    {
        RisingPart = Part(rising), Divisor = Require.Between(1, divisor, 1e9, nameof(divisor)),
    };

    /// <summary>
    /// The rate is multiplied by a factor whenever a metric has not gained for more epochs than the patience, as by PyTorch's
    /// <c>ReduceLROnPlateau</c>; a gain is at least a ten thousandth of the best value. Epochs of the warm-up do not count, as in timm.
    /// Without validation images it is the accuracy of the training images for <see cref="EpochMetric.Accuracy"/>, else their loss.
    /// </summary>
    /// <param name="patience">Epochs without a gain that are waited for, at least 0. Default: 10.</param>
    /// <param name="factor">The factor, above 0 and at most 1. Default: 0.1.</param>
    /// <param name="metric">The metric. Default: the loss.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is outside its range.</exception>
    public static LearningRateSchedule Plateau(int patience = 10, double factor = 0.1, EpochMetric metric = EpochMetric.Loss) =>
        new(ScheduleKind.Plateau)
        {
            Patience = Require.Between(0, patience, 99_999, nameof(patience)), Factor = Reducing(factor),
            Metric = Enum.IsDefined(metric) ? metric
                : throw new ArgumentOutOfRangeException(nameof(metric), metric, "There is no such metric."),
        };

    /// <summary>Parses what <see cref="ToString"/> writes; numbers at the end may be left out.</summary>
    /// <param name="text">The name of a kind, and numbers after colons; case is ignored.</param>
    /// <exception cref="FormatException">There is no such schedule, or a number is outside its range.</exception>
    public static LearningRateSchedule Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        string[] parts = text.ToLowerInvariant().Split(':');
        if (parts is ["plateau", _, _, var metric] && !EpochChoice.Names.Contains(metric))
        {
            throw new FormatException(
                $"The schedule '{text}' cannot be used: there is no metric '{metric}'.{NearestName.Suggest(metric, EpochChoice.Names)} "
                + $"It must be {string.Join(", ", EpochChoice.Names[..^1])} or {EpochChoice.Names[^1]}.");
        }

        try
        {
            if (Of(parts) is { } schedule) return schedule;
        }
        catch (Exception error) when (error is FormatException or OverflowException or ArgumentOutOfRangeException)
        {
            throw new FormatException(
                $"The schedule '{text}' cannot be used: a number is missing or out of range. Schedules: {Forms}.", error);
        }

        throw new FormatException($"There is no schedule '{text}'.{NearestName.Suggest(parts[0], Names)} It must be {Forms}.");
    }

    /// <summary>The schedule in one word.</summary>
    public override string ToString() => string.Join(':', [Names[(int)Kind], .. Equals(FromScheduleKind(Kind)) ? [] : Numbers()]);

    /// <summary>Whether both are the same curve.</summary>
    public bool Equals(LearningRateSchedule? other) => other is not null && Kind == other.Kind && Numbers().SequenceEqual(other.Numbers());

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Kind, string.Join(':', Numbers()));

    private static LearningRateSchedule? Of(string[] parts) => parts switch
    {
        [var name] when Names.Contains(name) => FromScheduleKind((ScheduleKind)Array.IndexOf(Names, name)),
        ["step", var every] => Step(Whole(every)),
        ["step", var every, var factor] => Step(Whole(every), Number(factor)),
        ["multi-step", var epochs] => MultiStep([.. epochs.Split(',').Select(Whole)]),
        ["multi-step", var epochs, var factor] => MultiStep([.. epochs.Split(',').Select(Whole)], Number(factor)),
        ["exponential", var factor] => Exponential(Number(factor)),
        ["polynomial", var power] => Polynomial(Number(power)),
        ["cosine", var minimum] => Cosine(Number(minimum)),
        ["cosine", var minimum, var cycle] => Cosine(Number(minimum), Whole(cycle)),
        ["cosine", var minimum, var cycle, var multiple] => Cosine(Number(minimum), Whole(cycle), Whole(multiple)),
        ["one-cycle", var rising] => OneCycle(Number(rising)),
        ["one-cycle", var rising, var divisor] => OneCycle(Number(rising), Number(divisor)),
        ["plateau", var patience] => Plateau(Whole(patience)),
        ["plateau", var patience, var factor] => Plateau(Whole(patience), Number(factor)),
        ["plateau", var patience, var factor, var metric] => Plateau(Whole(patience), Number(factor), Measured(metric)),
        _ => null,
    };

    private string[] Numbers() => Kind switch
    {
        ScheduleKind.Step => [Text(Every ?? 0), Text(Factor)],
        ScheduleKind.MultiStep => [string.Join(',', (Milestones ?? []).Select(epoch => Text(epoch))), Text(Factor)],
        ScheduleKind.Exponential => [Text(Factor)],
        ScheduleKind.Polynomial => [Text(Power)],
        ScheduleKind.Cosine => Every is { } cycle ? [Text(Minimum), Text(cycle), Text(Multiple)] : [Text(Minimum)],
        ScheduleKind.OneCycle => [Text(RisingPart), Text(Divisor)],
        ScheduleKind.Plateau => [Text(Patience), Text(Factor), EpochChoice.Names[(int)Metric]],
        _ => [],
    };

    private static string Text(double number) => number.ToString(CultureInfo.InvariantCulture);

    private static int Whole(string text) => int.Parse(text, NumberStyles.None, CultureInfo.InvariantCulture);

    private static double Number(string text) => double.Parse(text, NumberStyles.Float, CultureInfo.InvariantCulture);

    private static EpochMetric Measured(string text) => Array.IndexOf(EpochChoice.Names, text) is >= 0 and var at ? (EpochMetric)at
        : throw new FormatException($"There is no metric '{text}'.");

    private static int AtLeastOne(int number) => Require.Between(1, number, 99_999, nameof(number));

    private static double Part(double number) => number is >= 0 and < 1 ? number
        : throw new ArgumentOutOfRangeException(nameof(number), number, "The number must be at least 0 and below 1.");

    private static double Reducing(double factor) => factor is > 0 and <= 1 ? factor
        : throw new ArgumentOutOfRangeException(nameof(factor), factor, "The factor must be above 0 and at most 1.");
}

/// <summary>
/// How long the learning rate rises from a hundredth of the schedule's first value to that value before the schedule begins: in epochs, in
/// steps of the optimizer, or as a fraction of the training. One word on the command line: <c>2e</c>, <c>100</c>, <c>0.05</c>, <c>0</c>.
/// </summary>
public sealed record LearningRateWarmup
{
    private readonly double _epochs;
    private readonly double _fraction;
    private readonly int _steps;

    private LearningRateWarmup(double epochs = 0, double fraction = 0, int steps = 0) =>
        (_epochs, _fraction, _steps) = (epochs, fraction, steps);

    /// <summary>The schedule begins at once.</summary>
    public static LearningRateWarmup None { get; } = new();

    /// <summary>So many epochs; a part of one is allowed.</summary>
    /// <exception cref="ArgumentOutOfRangeException">It is not a positive number.</exception>
    public static LearningRateWarmup Epochs(double epochs) => new(epochs: Require.Positive(epochs, nameof(epochs)));

    /// <summary>So many steps of the optimizer.</summary>
    /// <exception cref="ArgumentOutOfRangeException">It is below 1.</exception>
    public static LearningRateWarmup Steps(int steps) => new(steps: Require.Between(1, steps, int.MaxValue, nameof(steps)));

    /// <summary>A fraction of the training.</summary>
    /// <exception cref="ArgumentOutOfRangeException">It is not between 0 and 1.</exception>
    public static LearningRateWarmup Fraction(double fraction) => fraction is > 0 and < 1 ? new(fraction: fraction)
        : throw new ArgumentOutOfRangeException(nameof(fraction), fraction, "The fraction must be above 0 and below 1.");

    /// <summary>Parses what <see cref="ToString"/> writes.</summary>
    /// <param name="text">Epochs with an e (<c>2e</c>), steps (<c>100</c>), a fraction (<c>0.05</c>), or <c>0</c> for none.</param>
    /// <exception cref="FormatException">It is none of them.</exception>
    public static LearningRateWarmup Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        if (text == "0") return None;
        if (text.EndsWith('e') && Number(text[..^1]) is > 0 and double epochs) return Epochs(epochs);
        if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int steps) && steps > 0) return Steps(steps);
        if (Number(text) is > 0 and < 1 and double fraction) return Fraction(fraction);
        throw new FormatException(
            $"There is no warm-up '{text}'. It must be epochs such as 2e, steps such as 100, a fraction of the training such as "
            + "0.05, or 0.");
    }

    /// <summary>The warm-up in one word.</summary>
    public override string ToString() => this switch
    {
        { _epochs: > 0 } => string.Create(CultureInfo.InvariantCulture, $"{_epochs}e"),
        { _fraction: > 0 } => _fraction.ToString(CultureInfo.InvariantCulture),
        _ => _steps.ToString(CultureInfo.InvariantCulture),
    };

    /// <summary>Its length in epochs.</summary>
    /// <param name="stepsPerEpoch">The steps of an epoch.</param>
    /// <param name="epochs">The epochs of the training.</param>
    internal double LengthOf(int stepsPerEpoch, int epochs) => _epochs + _fraction * epochs + (double)_steps / stepsPerEpoch;

    /// <summary>The finite number that a word is; null where it is none.</summary>
    private static double? Number(string text) =>
        double.TryParse(text, NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent, CultureInfo.InvariantCulture, out double number)
            && double.IsFinite(number) ? number : null;
}
