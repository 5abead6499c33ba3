namespace MLTransfer.Tests.Downloads;

/// <summary>A clock on which pauses of a second and more pass at once, and are remembered; what is shorter takes its time.</summary>
internal sealed class ImpatientClock : TimeProvider
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);
    private readonly List<double> _pauses = [];

    /// <summary>The pauses that passed, in seconds.</summary>
    public IReadOnlyList<double> Pauses
    {
        get
        {
            lock (_pauses)
                return [.. _pauses];
        }
    }

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        if (dueTime < Pause)
            return base.CreateTimer(callback, state, dueTime, period);
        lock (_pauses)
            _pauses.Add(dueTime.TotalSeconds);
        return base.CreateTimer(callback, state, TimeSpan.Zero, period);
    }
}
