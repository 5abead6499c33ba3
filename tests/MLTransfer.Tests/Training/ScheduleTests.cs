using MLTransfer.Training;

namespace MLTransfer.Tests.Training;

public class ScheduleTests
{
    private const int Epochs = 12, Steps = 5;

    public static TheoryData<string> ByEpoch => [.. PyTorchNumbers.Names("schedules")];

    [Theory]
    [InlineData("constant", 0, 1)]
    [InlineData("constant", 0.99, 1)]
    [InlineData("step", 0.5, 1)]
    [InlineData("step", 0.7, 0.1)]
    [InlineData("multi-step", 0.6, 0.1)]
    [InlineData("multi-step", 0.8, 0.01)]
    [InlineData("exponential", 0.5, 0.9)] // one of two epochs
    [InlineData("polynomial", 0.25, 0.75)]
    [InlineData("cosine", 0, 1)]
    [InlineData("cosine", 0.5, 0.5)]
    [InlineData("cosine", 0.75, 0.14644660940672624)] // (1 + cos(3π/4)) / 2
    [InlineData("one-cycle", 0, 0.04)]
    [InlineData("one-cycle", 0.15, 0.52)] // half way from 1/25 to 1
    [InlineData("one-cycle", 0.3, 1)]
    [InlineData("one-cycle", 0.65, 0.5)]
    [InlineData("one-cycle", 1, 0)]
    [InlineData("plateau", 0.9, 1)]
    public void The_learning_rate_follows_the_curve(string schedule, double progress, double rate) =>
        Assert.Equal(rate, Schedule.Curve(LearningRateSchedule.Parse(schedule))(new(progress * 2, 2, [])), 1e-12);

    [Fact]
    public void Every_schedule_reaches_its_peak_and_never_passes_it() =>
        Assert.All(Enum.GetValues<ScheduleKind>(),
            kind => Assert.Equal(1, Enumerable.Range(0, 1001).Max(step => Schedule.Curve(kind)(new(step, 1000, []))), 1e-12));

    // Both compute in float64; PyTorch multiplies step by step, which leaves some more rounding.
    [Theory, MemberData(nameof(ByEpoch))]
    public void Epochs_have_the_learning_rates_of_PyTorch(string schedule)
    {
        EpochResult[] results = Results();
        StepRate rate = Schedule.Create(LearningRateSchedule.Parse(schedule), LearningRateWarmup.None);
        double[] rates = [.. Enumerable.Range(1, Epochs).Select(epoch => rate(new(epoch, 0, Steps, Epochs, results[..(epoch - 1)])))];
        Assert.Equal(PyTorchNumbers.Of("schedules", schedule), rates, Nearly(1e-12));
    }

    // As in timm, whose scheduler is not shown the metric of those epochs. 0.14 of 50 epochs are 7.000000000000001.
    [Theory]
    [InlineData("2e", 12, 2)]
    [InlineData("0.14", 50, 7)]
    [InlineData("2", 12, 1)] // of five steps an epoch
    public void A_plateau_does_not_count_the_epochs_of_the_warm_up(string warmup, int epochs, int skipped)
    {
        EpochResult[] results = [.. Enumerable.Range(0, epochs).Select(epoch => Results()[Math.Min(epoch, Epochs - 1)])];
        LearningRateSchedule plateau = LearningRateSchedule.Parse("plateau:1:0.1");
        StepRate alone = Schedule.Create(plateau, LearningRateWarmup.None);
        StepRate after = Schedule.Create(plateau, LearningRateWarmup.Parse(warmup));
        double[] expected =
            [.. Enumerable.Range(1, epochs - skipped).Select(epoch => alone(At(epoch, results[skipped..(skipped + epoch - 1)])))];
        Assert.Equal(
            expected, Enumerable.Range(skipped + 1, epochs - skipped).Select(epoch => after(At(epoch, results[..(epoch - 1)]))),
            Nearly(1e-12));
        Assert.Contains(0.1, expected);

        StepPosition At(int epoch, EpochResult[] finished) => new(epoch, 0, Steps, epochs, finished);
    }

    [Theory]
    [InlineData("one-cycle:0.25:10", "0", "one-cycle:0.25:10")]
    [InlineData("cosine", "2e", "cosine, warm-up 2e")]
    [InlineData("cosine", "10", "cosine, warm-up 2e")] // of five steps an epoch
    [InlineData("cosine", "0.16666666666666666", "cosine, warm-up 2e")] // of twelve epochs
    public void Steps_have_the_learning_rates_of_PyTorch(string schedule, string warmup, string reference)
    {
        StepRate rate = Schedule.Create(LearningRateSchedule.Parse(schedule), LearningRateWarmup.Parse(warmup));
        double[] rates =
        [
            .. Enumerable.Range(0, Epochs * Steps).Select(step => rate(new(1 + step / Steps, step % Steps, Steps, Epochs, []))),
        ];
        // One cycle's last rate is 1e-12 of the first in PyTorch, and 0 here.
        Assert.Equal(PyTorchNumbers.Of("by_step", reference), rates, Nearly(1e-9));
    }

    [Fact]
    public void After_a_warm_up_a_schedule_counts_its_own_epochs()
    {
        StepRate rate = Schedule.Create(LearningRateSchedule.Step(2, 0.5), LearningRateWarmup.Epochs(1));
        Assert.Equal([0.01, 1, 1, 0.5, 0.5, 0.25], Enumerable.Range(1, 6).Select(epoch => rate(new(epoch, 0, Steps, 6, []))));
    }

    [Fact]
    public void A_warm_up_that_outlasts_the_training_only_rises()
    {
        StepRate rate = Schedule.Create(ScheduleKind.Cosine, LearningRateWarmup.Steps(1000));
        double[] rates = [.. Enumerable.Range(0, 10).Select(step => rate(new(1 + step / 5, step % 5, 5, 2, [])))];
        Assert.Equal(rates.Order(), rates);
        Assert.All(rates, each => Assert.InRange(each, 0.01, 0.02));
    }

    private static EpochResult[] Results() =>
    [
        .. PyTorchNumbers.Of("losses_by_epoch").Zip(PyTorchNumbers.Of("accuracies_by_epoch"), (loss, accuracy) => (loss, accuracy))
            .Select((each, index) => new EpochResult(index + 1, 9, 0.1, each.loss, each.accuracy, 1, 1)),
    ];

    private static Func<double, double, bool> Nearly(double tolerance) => (one, other) => Math.Abs(one - other) <= tolerance;
}

public class LearningRateScheduleTests
{
    [Theory]
    [InlineData("constant", "constant")]
    [InlineData("COSINE", "cosine")]
    [InlineData("cosine:0", "cosine")]
    [InlineData("cosine:0.01", "cosine:0.01")]
    [InlineData("cosine:0:5", "cosine:0:5:1")]
    [InlineData("step", "step")]
    [InlineData("step:7", "step:7:0.1")]
    [InlineData("multi-step:3,5", "multi-step:3,5:0.1")]
    [InlineData("exponential:0.9", "exponential")]
    [InlineData("polynomial:2", "polynomial:2")]
    [InlineData("one-cycle:0.1", "one-cycle:0.1:25")]
    [InlineData("plateau:3:0.5:macro-f1", "plateau:3:0.5:macro-f1")]
    public void A_schedule_is_one_word(string typed, string written)
    {
        Assert.Equal(written, LearningRateSchedule.Parse(typed).ToString());
        Assert.Equal(LearningRateSchedule.Parse(typed), LearningRateSchedule.Parse(written));
    }

    [Fact]
    public void A_kind_stands_for_its_schedule_with_the_default_numbers()
    {
        LearningRateSchedule schedule = ScheduleKind.OneCycle;
        Assert.Equal(LearningRateSchedule.OneCycle(), schedule);
        Assert.Equal(LearningRateSchedule.OneCycle().GetHashCode(), schedule.GetHashCode());
        Assert.NotEqual(LearningRateSchedule.OneCycle(0.2), schedule);
        Assert.All(Enum.GetValues<ScheduleKind>(), kind => Assert.Equal(
            kind, LearningRateSchedule.Parse($"{(LearningRateSchedule)kind}").Kind));
        Assert.Throws<ArgumentOutOfRangeException>(() => (LearningRateSchedule)(ScheduleKind)99);
    }

    [Theory]
    [InlineData("linear", "There is no schedule 'linear'.")]
    [InlineData("cosin", "There is no schedule 'cosin'. Did you mean 'cosine'?")]
    [InlineData("step:0", "The schedule 'step:0' cannot be used")]
    [InlineData("step:2:0", "cannot be used")]
    [InlineData("step:2:NaN", "cannot be used")]
    [InlineData("step:99999999999", "cannot be used")]
    [InlineData("multi-step:5,3", "cannot be used")]
    [InlineData("multi-step:", "cannot be used")]
    [InlineData("polynomial:0", "cannot be used")]
    [InlineData("cosine:1", "cannot be used")]
    [InlineData("one-cycle:-0.1", "cannot be used")]
    [InlineData(
        "plateau:1:0.1:los", "'plateau:1:0.1:los' cannot be used: there is no metric 'los'. Did you mean 'loss'? It must be accuracy, "
        + "loss, macro-f1, macro-accuracy, macro-precision, map, ece or brier.")]
    [InlineData("constant:1", "There is no schedule 'constant:1'.")]
    public void A_wrong_schedule_is_refused(string typed, string complaint) => Assert.Contains(
        complaint, Assert.Throws<FormatException>(() => LearningRateSchedule.Parse(typed)).Message, StringComparison.Ordinal);

    [Fact]
    public void Cycles_of_different_lengths_need_the_length_of_the_first() => Assert.StartsWith(
        "Without the epochs of the first cycle",
        Assert.Throws<ArgumentOutOfRangeException>(() => LearningRateSchedule.Cosine(multiple: 2)).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("0", "0")]
    [InlineData("2e", "2e")]
    [InlineData("0.5e", "0.5e")]
    [InlineData("100", "100")]
    [InlineData("0.05", "0.05")]
    [InlineData("1E-05", "1E-05")]
    public void A_warm_up_is_one_word(string typed, string written) => Assert.Equal(written, LearningRateWarmup.Parse(typed).ToString());

    [Theory]
    [InlineData("1.5")]
    [InlineData("-1")]
    [InlineData("0e")]
    [InlineData("e")]
    [InlineData("Infinitye")]
    [InlineData("NaN")]
    [InlineData("")]
    public void A_wrong_warm_up_is_refused(string typed) => Assert.Throws<FormatException>(() => LearningRateWarmup.Parse(typed));

    [Fact]
    public void A_warm_up_as_long_as_the_training_is_refused()
    {
        var error = Assert.ThrowsAny<ArgumentException>(() => new FineTuningOptions
        {
            Epochs = 3, Warmup = LearningRateWarmup.Epochs(3),
        }.RequireValid());
        Assert.Contains("Warmup is 3e, which is the whole training of 3 epochs", error.Message, StringComparison.Ordinal);
    }
}
