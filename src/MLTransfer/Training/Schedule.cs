namespace MLTransfer.Training;

/// <summary>The learning rate over the course of a training, relative to its peak.</summary>
/// <param name="progress">Steps done over all steps, in [0, 1).</param>
internal delegate double RateCurve(double progress);

/// <summary>The learning rate of a step, relative to its peak.</summary>
internal delegate double StepRate(StepPosition step);

/// <summary>Where in a training a step is.</summary>
/// <param name="Epoch">Its epoch, from 1.</param>
/// <param name="Step">Its index in the epoch.</param>
/// <param name="StepsPerEpoch">How many steps an epoch has.</param>
/// <param name="Epochs">How many epochs the training has.</param>
internal readonly record struct StepPosition(int Epoch, int Step, int StepsPerEpoch, int Epochs)
{
    /// <summary>Steps done over all steps, in [0, 1).</summary>
    public double Progress => (Epoch - 1 + (double)Step / StepsPerEpoch) / Epochs;
}

/// <summary>The curves that learning rates follow, and how curves are composed.</summary>
internal static class Schedule
{
    public static RateCurve Create(ScheduleKind kind) => kind switch
    {
        ScheduleKind.Constant => Constant(1),
        ScheduleKind.Step => Constant(1).Until(2.0 / 3, Constant(0.1)),
        ScheduleKind.Cosine => Cosine,
        ScheduleKind.OneCycle => Warmup(1.0 / 25).Until(0.3, Cosine),
        _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, "There is no such schedule."),
    };

    /// <summary>Follows a curve over the whole training.</summary>
    public static StepRate Along(RateCurve curve) => step => curve(step.Progress);

    /// <summary>Runs the whole first curve until the progress <paramref name="end"/>, then the whole next one.</summary>
    public static RateCurve Until(this RateCurve first, double end, RateCurve next) =>
        progress => progress < end ? first(progress / end) : next((progress - end) / (1 - end));

    private static RateCurve Constant(double rate) => _ => rate;

    /// <summary>From the peak to zero along half a cosine wave.</summary>
    private static double Cosine(double progress) => (1 + Math.Cos(Math.PI * progress)) / 2;

    /// <summary>Up to the peak along half a cosine wave.</summary>
    private static RateCurve Warmup(double start) => progress => 1 + (start - 1) * Cosine(progress);
}
