using MLTransfer.Data;

namespace MLTransfer.Tests.Data;

public class SplitTests
{
    private static readonly string[] Labels = [.. Enumerable.Range(0, 100).Select(row => row % 10 == 0 ? "rare" : "frequent")];

    [Fact]
    public void Each_class_gives_the_same_fraction()
    {
        (IReadOnlyList<int> kept, IReadOnlyList<int> heldOut) = Split.Stratified(Labels, 0.2, seed: 1);

        Assert.Equal(18, heldOut.Count(row => Labels[row] == "frequent"));
        Assert.Equal(2, heldOut.Count(row => Labels[row] == "rare"));
        Assert.Equal(Enumerable.Range(0, 100), kept.Concat(heldOut).Order());
        Assert.Equal(kept.Order(), kept);
    }

    [Fact]
    public void The_seed_decides_which_rows()
    {
        Assert.Equal(Split.Stratified(Labels, 0.2, seed: 1).HeldOut, Split.Stratified(Labels, 0.2, seed: 1).HeldOut);
        Assert.NotEqual(Split.Stratified(Labels, 0.2, seed: 1).HeldOut, Split.Stratified(Labels, 0.2, seed: 2).HeldOut);
    }

    [Theory]
    [InlineData(0.01, 1)]
    [InlineData(0.99, 2)]
    public void Both_sides_get_one_of_every_class_that_has_two(double fraction, int heldOut) =>
        Assert.Equal(heldOut, Split.Stratified(["a", "a", "a", "alone"], fraction, seed: 0).HeldOut.Count);

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(-0.5)]
    [InlineData(double.NaN)]
    public void A_fraction_that_is_none_is_refused(double fraction) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => Split.Stratified(Labels, fraction, seed: 0));
}
