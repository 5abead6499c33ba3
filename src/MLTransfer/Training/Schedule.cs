namespace MLTransfer.Training;

/// <summary>The learning rate of a step, relative to its peak.</summary>
internal delegate double StepRate(StepPosition step);

/// <summary>Where in a training a step of the optimizer is.</summary>
/// <param name="Epoch">Its epoch, from 1.</param>
/// <param name="Step">Its index in the epoch.</param>
/// <param name="StepsPerEpoch">How many steps an epoch has.</param>
/// <param name="Epochs">How many epochs the training has.</param>
/// <param name="Finished">The results of the epochs before.</param>
internal readonly record struct StepPosition(
    int Epoch, int Step, int StepsPerEpoch, int Epochs, IReadOnlyList<EpochResult> Finished);

/// <summary>A learning rate over time, relative to its peak.</summary>
internal delegate double RateCurve(TrainingTime at);

/// <summary>A time in a training, or in a part of it.</summary>
/// <param name="Done">Epochs done, with the part of the running one.</param>
/// <param name="Total">Epochs in all.</param>
/// <param name="Finished">The results of its finished epochs.</param>
internal readonly record struct TrainingTime(double Done, double Total, IReadOnlyList<EpochResult> Finished)
{
    /// <summary>The part that is done, in [0, 1).</summary>
    public double Progress => Total > 0 ? Done / Total : 0;
}

/// <summary>The curves that learning rates follow, and how curves are composed.</summary>
internal static class Schedule
{
    private const double WarmupStart = 0.01, Rounding = 1e-9;

    /// <summary>A curve after its warm-up.</summary>
    public static StepRate Create(LearningRateSchedule schedule, LearningRateWarmup warmup)
    {
        RateCurve curve = Curve(schedule);
        return step => curve.After(warmup.LengthOf(step.StepsPerEpoch, step.Epochs))(new(
            step.Epoch - 1 + (double)step.Step / step.StepsPerEpoch, step.Epochs, step.Finished));
    }

    /// <summary>The curve of a schedule.</summary>
    public static RateCurve Curve(LearningRateSchedule schedule) => schedule.Kind switch
    {
        ScheduleKind.Step => schedule.Every is { } every
            ? at => Math.Pow(schedule.Factor, Math.Floor(at.Done / every)) : at => at.Progress < 2.0 / 3 ? 1 : schedule.Factor,
        ScheduleKind.MultiStep => schedule.Milestones is { } milestones
            ? at => Math.Pow(schedule.Factor, milestones.Count(epoch => epoch <= at.Done))
            : at => at.Progress < 0.5 ? 1 : at.Progress < 0.75 ? schedule.Factor : schedule.Factor * schedule.Factor,
        ScheduleKind.Exponential => at => Math.Pow(schedule.Factor, at.Done),
        ScheduleKind.Polynomial => at => Math.Pow(1 - at.Progress, schedule.Power),
        ScheduleKind.Cosine => at =>
            schedule.Minimum + (1 - schedule.Minimum) * Cosine(ProgressInCycle(at, schedule.Every, schedule.Multiple)),
        ScheduleKind.OneCycle => at => OneCycle(at.Progress, schedule.RisingPart, 1 / schedule.Divisor),
        ScheduleKind.Plateau => at =>
            Math.Pow(schedule.Factor, EpochChoice.Plateaus(at.Finished, schedule.Metric, schedule.Patience)),
        _ => _ => 1,
    };

    /// <summary>
    /// A straight line up to the first value of the curve, then the whole curve in the time that is left. The results of the warm-up do not
    /// count for it, as in timm.
    /// </summary>
    /// <param name="curve">The curve.</param>
    /// <param name="warmup">The epochs of the warm-up.</param>
    private static RateCurve After(this RateCurve curve, double warmup) => warmup <= 0 ? curve : at =>
    {
        IReadOnlyList<EpochResult> counted = [.. at.Finished.Skip((int)Math.Ceiling(warmup - Rounding))];
        TrainingTime rest = new(Math.Max(0, at.Done - warmup), at.Total - warmup, counted);
        return curve(rest) * Math.Min(1, WarmupStart + (1 - WarmupStart) * at.Done / warmup);
    };

    /// <summary>From the peak to zero along half a cosine wave.</summary>
    private static double Cosine(double progress) => (1 + Math.Cos(Math.PI * progress)) / 2;

    /// <summary>Up to the peak, then down to zero, each along half a cosine wave.</summary>
    private static double OneCycle(double progress, double rising, double start) => progress < rising
        ? 1 + (start - 1) * Cosine(progress / rising)
        : Cosine((progress - rising) / (1 - rising));

    private static double ProgressInCycle(TrainingTime at, int? first, int multiple)
    {
        if (first is not { } cycle) return at.Progress;
        double start = 0, length = cycle;
        while (at.Done >= start + length) (start, length) = (start + length, length * multiple);
        return (at.Done - start) / length;
    }
}
