using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Packages.Tests.TorchSharpTests;

public sealed class ScheduleTests
{
    [Fact]
    public void A_step_schedule_falls_every_so_many_epochs() =>
        Assert.Equal([1, 1, 0.1, 0.1, 0.01], Rates(optimizer => optim.lr_scheduler.StepLR(optimizer, step_size: 2), epochs: 5), Closely);

    [Fact]
    public void A_cosine_schedule_falls_to_its_lowest_rate() =>
        Assert.Equal(
            [1, 0.868198, 0.55, 0.231802, 0.1],
            Rates(optimizer => optim.lr_scheduler.CosineAnnealingLR(optimizer, T_max: 4, eta_min: 0.1), epochs: 5), Closely);

    [Fact]
    public void A_function_of_the_epoch_scales_the_first_rate() =>
        Assert.Equal([1, 0.5, 0.25], Rates(optimizer => optim.lr_scheduler.LambdaLR(optimizer, epoch => Math.Pow(0.5, epoch)), epochs: 3), Closely);

    [Fact]
    public void Groups_have_rates_of_their_own_and_take_the_rest_from_the_optimizer()
    {
        using var slow = nn.Linear(2, 2);
        using var fast = nn.Linear(2, 2);
        using var optimizer = optim.SGD(
            new SGD.ParamGroup[] { new(slow.parameters(), lr: 0.1), new() { Parameters = fast.parameters() } }, learningRate: 1, momentum: 0.9);
        Assert.Equal([0.1, 1], optimizer.ParamGroups.Select(group => group.LearningRate));
        Assert.Equal([0.1, 1], optimizer.ParamGroups.Select(group => group.InitialLearningRate));
        Assert.Equal(4, optimizer.parameters().Count());
        using var scope = NewDisposeScope();
        var before = slow.weight.clone();
        var fastBefore = fast.weight.clone();
        (slow.weight.sum() + fast.weight.sum()).backward();
        optimizer.step();
        Assert.True(slow.weight.allclose(before - 0.1, atol: 1e-6));
        Assert.True(fast.weight.allclose(fastBefore - 1, atol: 1e-6));
    }

    [Fact]
    public void Options_that_cannot_be_are_refused()
    {
        using var layer = nn.Linear(2, 2);
        Assert.Throws<ArgumentException>(() => optim.SGD(layer.parameters(), -1));
        Assert.Throws<ArgumentException>(() => optim.SGD(layer.parameters(), 0.1, nesterov: true));
        Assert.Throws<ArgumentException>(() => optim.Adam(layer.parameters(), beta1: 1));
    }

    private static bool Closely(double expected, double actual) => Math.Abs(expected - actual) < 1e-6;

    private static List<double> Rates(Func<optim.Optimizer, optim.lr_scheduler.LRScheduler> create, int epochs)
    {
        using var layer = nn.Linear(1, 1);
        using var optimizer = optim.SGD(layer.parameters(), 1);
        var schedule = create(optimizer);
        var rates = new List<double>();
        for (var epoch = 0; epoch < epochs; epoch++)
        {
            rates.Add(optimizer.ParamGroups.Single().LearningRate);
            optimizer.step();
            schedule.step();
        }
        return rates;
    }
}
