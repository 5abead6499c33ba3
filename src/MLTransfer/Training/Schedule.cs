namespace MLTransfer.Training;

/// <summary>The learning rate over the course of a training, as a share of the peak.</summary>
internal static class Schedule
{
    private const double Rise = 0.3;
    private const double Start = 1.0 / 25;

    /// <summary>The share of the peak learning rate at a step.</summary>
    /// <param name="kind">Which curve.</param>
    /// <param name="progress">Steps done over all steps, in [0, 1).</param>
    public static double Share(ScheduleKind kind, double progress) => kind switch
    {
        ScheduleKind.Constant => 1,
        ScheduleKind.Step => progress < 2.0 / 3 ? 1 : 0.1,
        ScheduleKind.Cosine => Falling(progress),
        ScheduleKind.OneCycle => progress < Rise ? 1 + (Start - 1) * Falling(progress / Rise) : Falling((progress - Rise) / (1 - Rise)),
        _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, "There is no such schedule."),
    };

    private static double Falling(double progress) => (1 + Math.Cos(Math.PI * progress)) / 2;
}
