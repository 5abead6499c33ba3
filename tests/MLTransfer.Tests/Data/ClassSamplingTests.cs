using MLTransfer.Data;

namespace MLTransfer.Tests.Data;

public class ClassSamplingTests
{
    [Fact]
    public void Balanced_sampling_draws_every_class_equally_often_and_its_rows_in_turn()
    {
        int[] classes = [.. Enumerable.Repeat(0, 8), .. Enumerable.Repeat(1, 2), 2, 2];

        int[] order = ClassSampling.Balanced(classes, seed: 1, epoch: 1);

        Assert.Equal([4, 4, 4], order.GroupBy(row => classes[row]).OrderBy(group => group.Key).Select(group => group.Count()));
        Assert.Equal(4, order.Where(row => classes[row] == 0).Distinct().Count());
        Assert.All([8, 9, 10, 11], row => Assert.Equal(2, order.Count(drawn => drawn == row)));
        Assert.Equal(order, ClassSampling.Balanced(classes, seed: 1, epoch: 1));
        Assert.NotEqual(order, ClassSampling.Balanced(classes, seed: 1, epoch: 2));
        Assert.NotEqual(order, ClassSampling.Balanced(classes, seed: 2, epoch: 1));
    }

    [Fact]
    public void An_epoch_of_balanced_sampling_has_as_many_draws_as_rows()
    {
        int[] classes = [0, 0, 0, 0, 0, 1, 2];
        for (int epoch = 1; epoch <= 3; epoch++)
        {
            int[] order = ClassSampling.Balanced(classes, seed: 0, epoch);
            Assert.Equal(7, order.Length);
            Assert.All(order.GroupBy(row => classes[row]), group => Assert.InRange(group.Count(), 2, 3));
        }
        Assert.Empty(ClassSampling.Balanced([], seed: 0, epoch: 1));
    }
}
