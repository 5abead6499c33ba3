using MLTransfer.Data;

namespace MLTransfer.Tests.Data;

public class SplitTests
{
    private static readonly string[] Labels = [.. Enumerable.Range(0, 100).Select(row => row % 10 == 0 ? "rare" : "frequent")];

    [Fact]
    public void Each_class_gives_the_same_fraction()
    {
        (IReadOnlyList<int> kept, IReadOnlyList<int> heldOut) = StratifiedSplit.Stratified(Labels, 0.2, seed: 1);

        Assert.Equal(18, heldOut.Count(row => Labels[row] == "frequent"));
        Assert.Equal(2, heldOut.Count(row => Labels[row] == "rare"));
        Assert.Equal(Enumerable.Range(0, 100), kept.Concat(heldOut).Order());
        Assert.Equal(kept.Order(), kept);
    }

    [Fact]
    public void The_seed_decides_which_rows()
    {
        Assert.Equal(StratifiedSplit.Stratified(Labels, 0.2, seed: 1).HeldOut, StratifiedSplit.Stratified(Labels, 0.2, seed: 1).HeldOut);
        Assert.NotEqual(StratifiedSplit.Stratified(Labels, 0.2, seed: 1).HeldOut, StratifiedSplit.Stratified(Labels, 0.2, seed: 2).HeldOut);
    }

    [Theory]
    [InlineData(0.01, 1)]
    [InlineData(0.99, 2)]
    public void Both_sides_get_one_of_every_class_that_has_two(double fraction, int heldOut) =>
        Assert.Equal(heldOut, StratifiedSplit.Stratified(["a", "a", "a", "alone"], fraction, seed: 0).HeldOut.Count);

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(-0.5)]
    [InlineData(double.NaN)]
    public void A_fraction_that_is_none_is_refused(double fraction) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => StratifiedSplit.Stratified(Labels, fraction, seed: 0));

    [Fact]
    public void Three_parts_take_their_share_of_each_class()
    {
        IReadOnlyList<IReadOnlyList<int>> parts = StratifiedSplit.Stratified(Labels, [0.8, 0.1, 0.1], seed: 3);

        Assert.Equal([(72, 8), (9, 1), (9, 1)],
            parts.Select(part => (part.Count(row => Labels[row] == "frequent"), part.Count(row => Labels[row] == "rare"))));
        Assert.Equal(Enumerable.Range(0, 100), parts.SelectMany(part => part).Order());
    }

    [Theory]
    [InlineData(1, 1, 0, 0)]
    [InlineData(2, 2, 0, 0)]
    [InlineData(3, 1, 1, 1)]
    [InlineData(9, 7, 1, 1)]
    [InlineData(14, 11, 2, 1)]
    [InlineData(30, 24, 3, 3)]
    public void Small_classes_fill_the_first_part_and_then_each(int rows, int first, int second, int third) =>
        Assert.Equal([first, second, third],
            StratifiedSplit.Stratified(Enumerable.Repeat("a", rows).ToArray(), [0.8, 0.1, 0.1], seed: 0).Select(part => part.Count));

    [Fact]
    public void Fractions_must_be_positive_and_sum_to_one()
    {
        Assert.Contains("0.8, 0.1; they must be positive numbers whose sum is 1",
            Assert.Throws<ArgumentOutOfRangeException>(() => StratifiedSplit.Stratified(Labels, [0.8, 0.1], seed: 0)).Message);
        Assert.Throws<ArgumentOutOfRangeException>(() => StratifiedSplit.Stratified(Labels, [1.5, -0.5], seed: 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => StratifiedSplit.Stratified(Labels, (double[])[], seed: 0));
    }

    [Fact]
    public void Each_row_is_held_out_in_one_fold_and_kept_in_the_others()
    {
        var folds = StratifiedSplit.Folds(Labels, 4, seed: 5);

        Assert.Equal(Enumerable.Range(0, 100), folds.SelectMany(fold => fold.HeldOut).Order());
        Assert.All(folds, fold => Assert.Equal(Enumerable.Range(0, 100), fold.Kept.Concat(fold.HeldOut).Order()));
        Assert.All(folds, fold => Assert.InRange(fold.HeldOut.Count(row => Labels[row] == "rare"), 2, 3));
        Assert.All(folds, fold => Assert.Equal(25, fold.HeldOut.Count));
        Assert.Equal(folds[1].HeldOut, StratifiedSplit.Folds(Labels, 4, seed: 5)[1].HeldOut);
        Assert.NotEqual(folds[1].HeldOut, StratifiedSplit.Folds(Labels, 4, seed: 6)[1].HeldOut);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(101)]
    public void Folds_are_at_least_two_and_have_a_row_each(int folds) =>
        Assert.Contains("at least 2 and at most 100",
            Assert.Throws<ArgumentOutOfRangeException>(() => StratifiedSplit.Folds(Labels, folds, seed: 0)).Message);

    [Fact]
    public void A_limit_takes_a_part_of_large_classes_and_all_of_small_ones()
    {
        IReadOnlyList<int> rows = StratifiedSplit.Limited(Labels, 12, seed: 1);

        Assert.Equal(12, rows.Count(row => Labels[row] == "frequent"));
        Assert.Equal(10, rows.Count(row => Labels[row] == "rare"));
        Assert.Equal(rows.Order(), rows);
        Assert.Equal(rows, StratifiedSplit.Limited(Labels, 12, seed: 1));
        Assert.NotEqual(rows, StratifiedSplit.Limited(Labels, 12, seed: 2));
    }
}
