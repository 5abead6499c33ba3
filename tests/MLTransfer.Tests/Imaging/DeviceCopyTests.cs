using MLTransfer.Imaging;
using TorchSharp;
using static TorchSharp.torch;

namespace MLTransfer.Tests.Imaging;

public class DeviceCopyTests
{
    private readonly List<string> _happened = [];

    [Fact]
    public void On_a_processor_nothing_is_copied()
    {
        using Tensor values = ones(2);
        Assert.Same(values, DeviceCopy.To(values, CPU));
        Assert.Equal(1, DeviceCopy.BatchesPerRead(CPU));
    }

    [Theory]
    [InlineData(1, "launch 1, read 1, launch 2, read 2, launch 3, read 3, launch 4, read 4, launch 5, read 5")]
    [InlineData(2, "launch 1, launch 2, read 1, read 2, launch 3, launch 4, read 3, read 4, launch 5, read 5")]
    [InlineData(9, "launch 1, launch 2, launch 3, launch 4, launch 5, read 1, read 2, read 3, read 4, read 5")]
    public void A_group_is_launched_before_the_first_of_it_is_read(int count, string expected)
    {
        foreach (Batch batch in DeviceCopy.InGroups(Launched(5), count)) _happened.Add($"read {batch.Number}");
        Assert.Equal(expected, string.Join(", ", _happened));
    }

    [Fact]
    public void What_nobody_gets_is_disposed()
    {
        Assert.Equal(1, DeviceCopy.InGroups(Launched(5), count: 3).First().Number);
        Assert.Equal(["launch 1", "launch 2", "launch 3", "dispose 2", "dispose 3"], _happened);
        _happened.Clear();
        Assert.Throws<InvalidOperationException>(() => DeviceCopy.InGroups(Launched(2).Concat(Failing()), count: 3).Count());
        Assert.Equal(["launch 1", "launch 2", "dispose 1", "dispose 2"], _happened);
    }

    private static IEnumerable<Batch> Failing() => Enumerable.Range(0, 1).Select<int, Batch>(_ => throw new InvalidOperationException());

    private IEnumerable<Batch> Launched(int count) => Enumerable.Range(1, count).Select(number =>
    {
        _happened.Add($"launch {number}");
        return new Batch(number, _happened);
    });

    private sealed record Batch(int Number, List<string> Happened) : IDisposable
    {
        public void Dispose() => Happened.Add($"dispose {Number}");
    }
}
