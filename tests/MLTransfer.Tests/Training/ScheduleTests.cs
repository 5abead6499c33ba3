using MLTransfer.Training;

namespace MLTransfer.Tests.Training;

public class ScheduleTests
{
    [Theory]
    [InlineData(ScheduleKind.Constant, 0, 1)]
    [InlineData(ScheduleKind.Constant, 0.99, 1)]
    [InlineData(ScheduleKind.Step, 0.5, 1)]
    [InlineData(ScheduleKind.Step, 0.7, 0.1)]
    [InlineData(ScheduleKind.Cosine, 0, 1)]
    [InlineData(ScheduleKind.Cosine, 0.5, 0.5)]
    [InlineData(ScheduleKind.Cosine, 0.75, 0.14644660940672624)] // (1 + cos(3π/4)) / 2
    public void The_learning_rate_follows_the_curve(ScheduleKind kind, double progress, double share) =>
        Assert.Equal(share, Schedule.Share(kind, progress), 1e-12);

    [Fact]
    public void Every_schedule_starts_at_the_peak() =>
        Assert.All(Enum.GetValues<ScheduleKind>(), kind => Assert.Equal(1, Schedule.Share(kind, 0)));
}
