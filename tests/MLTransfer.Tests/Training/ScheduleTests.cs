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
    [InlineData(ScheduleKind.OneCycle, 0, 0.04)]
    [InlineData(ScheduleKind.OneCycle, 0.15, 0.52)] // half way from 1/25 to 1
    [InlineData(ScheduleKind.OneCycle, 0.3, 1)]
    [InlineData(ScheduleKind.OneCycle, 0.65, 0.5)]
    [InlineData(ScheduleKind.OneCycle, 1, 0)]
    public void The_learning_rate_follows_the_curve(ScheduleKind kind, double progress, double rate) =>
        Assert.Equal(rate, Schedule.Create(kind)(progress), 1e-12);

    [Fact]
    public void Every_schedule_reaches_its_peak_and_never_passes_it() =>
        Assert.All(Enum.GetValues<ScheduleKind>(),
            kind => Assert.Equal(1, Enumerable.Range(0, 1001).Max(step => Schedule.Create(kind)(step / 1000.0)), 1e-12));
}
