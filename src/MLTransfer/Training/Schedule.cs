namespace MLTransfer.Training;

/// <summary>The learning rate over the course of a training, relative to its peak.</summary>
/// <param name="progress">Steps done over all steps, in [0, 1).</param>
internal delegate double RateCurve(double progress);

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

    /// <summary>Runs the whole first curve until the progress <paramref name="end"/>, then the whole next one.</summary>
    public static RateCurve Until(this RateCurve first, double end, RateCurve next) =>
        progress => progress < end ? first(progress / end) : next((progress - end) / (1 - end));

    private static RateCurve Constant(double rate) => _ => rate;

    /// <summary>From the peak to zero along half a cosine wave.</summary>
    private static double Cosine(double progress) => (1 + Math.Cos(Math.PI * progress)) / 2;

    /// <summary>Up to the peak along half a cosine wave.</summary>
    private static RateCurve Warmup(double start) => progress => 1 + (start - 1) * Cosine(progress);
}
