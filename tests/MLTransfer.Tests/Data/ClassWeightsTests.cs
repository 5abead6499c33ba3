namespace MLTransfer.Tests.Data;

public class ClassWeightsTests
{
    [Theory]
    [InlineData("equal", 1.0, 1.0, 1.0)]
    [InlineData("ants=2", 2.0, 1.0, 1.0)]
    [InlineData("bees=0.5,tench, Tinca tinca=1e1", 1.0, 0.5, 10.0)]
    public void Weights_are_those_of_the_named_classes_and_1_for_the_others(string text, params double[] expected)
    {
        ClassWeights weights = ClassWeights.Parse(text);
        Assert.Equal(expected, weights.For(["ants", "bees", "tench, Tinca tinca"]));
        Assert.Equal(weights, ClassWeights.Parse(weights.ToString()));
    }

    [Fact]
    public void Weights_in_code_are_those_that_are_typed() =>
        Assert.Equal(ClassWeights.Parse("ants=2,bees=0.5"), ClassWeights.Of(("ants", 2), ("bees", 0.5)));

    [Theory]
    [InlineData("")]
    [InlineData("ants")]
    [InlineData("=2")]
    [InlineData("ants=")]
    [InlineData("ants=two")]
    [InlineData("ants=0")]
    [InlineData("ants=-1")]
    [InlineData("ants=1e999")]
    [InlineData("ants=1.2.3")]
    [InlineData("ants=2,bees")]
    [InlineData("ants=2,ants=3")]
    public void What_is_no_weight_of_a_class_is_an_error_that_shows_one(string text) => Assert.Equal(
        $"There are no such weights '{text}'. They must be equal, or CLASS=WEIGHT once or several times, such as ants=2,bees=0.5, with "
        + "weights that are positive.", Assert.Throws<FormatException>(() => ClassWeights.Parse(text)).Message);

    [Theory]
    [InlineData("ants", 0)]
    [InlineData("ants", double.NaN)]
    [InlineData("ants", double.PositiveInfinity)]
    [InlineData(" ", 1)]
    [InlineData("ants=2,bees", 1)] // would read as the weights of two classes
    public void A_class_without_a_possible_name_and_weight_is_refused(string name, double weight) =>
        Assert.Throws<ArgumentException>(() => ClassWeights.Of((name, weight)));

    [Fact]
    public void No_class_at_all_is_refused() => Assert.Throws<ArgumentException>(() => ClassWeights.Of());

    [Fact]
    public void A_class_that_no_image_has_is_named_with_the_nearest() => Assert.Equal(
        "There is no class 'ant' among the 2 classes of the images. Did you mean 'ants'?",
        Assert.Throws<ArgumentException>(() => ClassWeights.Of(("ant", 2)).For(["ants", "bees"])).Message);

    [Fact]
    public void Balanced_weights_are_those_of_scikit_learn()
    {
        // compute_class_weight("balanced", classes=[0, 1, 2], y=[0]*6 + [1]*3 + [2]*1): n / (k * count) = 10 / (3 * count).
        Assert.Equal([10 / 18.0, 10 / 9.0, 10 / 3.0], ClassWeights.Balanced([6, 3, 1]));
        Assert.Equal([1, 1], ClassWeights.Balanced([5, 5]));
        Assert.Equal([1, 0, 1], ClassWeights.Balanced([5, 0, 5]));
    }

    [Fact]
    public void Rows_are_counted_by_class() => Assert.Equal([2, 0, 1], ClassWeights.Counts([0, 2, 0], 3));
}
