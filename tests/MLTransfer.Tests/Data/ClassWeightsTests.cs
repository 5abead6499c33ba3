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
    public void Weights_are_equal_in_any_order_with_spaces_and_with_those_of_1() => Assert.All(
        [
            ClassWeights.Of(("bees", 0.5), ("ants", 2)), ClassWeights.Parse("ants=2, bees=5e-1"),
            ClassWeights.Parse("wasps=1,bees=0.5,ants=2"),
        ],
        weights => Assert.Equal(ClassWeights.Parse("ants=2,bees=0.5"), weights));

    [Fact]
    public void A_name_in_code_is_that_of_the_class_with_its_spaces() =>
        Assert.Equal([2.0, 1.0], ClassWeights.Of((" ants ", 2)).For([" ants ", "ants"]));

    [Fact]
    public void Where_every_weight_is_1_the_classes_count_the_same() => Assert.Equal(ClassWeights.Equal, ClassWeights.Of(("ants", 1)));

    [Theory]
    [InlineData("", "'' is not CLASS=WEIGHT.")]
    [InlineData("ants", "'ants' is not CLASS=WEIGHT.")]
    [InlineData("=2", "'=2' is not CLASS=WEIGHT.")]
    [InlineData("ants=", "'ants=' is not CLASS=WEIGHT.")]
    [InlineData("ants=2,bees=two", "'bees=two' is not CLASS=WEIGHT.")]
    [InlineData("ants=-1", "'ants=-1' is not CLASS=WEIGHT.")]
    [InlineData("ants=1.2.3", "'ants=1.2.3' is not CLASS=WEIGHT.")]
    [InlineData("ants=0", "The weight of class 'ants' is 0; it must be positive, and finite as a float.")]
    [InlineData("ants=1e300", "The weight of class 'ants' is 1E+300; it must be positive, and finite as a float.")]
    [InlineData("ants=1e-60", "The weight of class 'ants' is 1E-60; it must be positive, and finite as a float.")]
    [InlineData("ants=2,ants=3", "Class 'ants' is named twice.")]
    [InlineData(" =3", "A class has no name.")]
    public void What_is_no_weight_of_a_class_is_an_error_that_says_why_and_shows_one(string text, string why) => Assert.Equal(
        $"The weights '{text}' cannot be used: {why} They are 'equal', or CLASS=WEIGHT once or several times, such as ants=2,bees=0.5.",
        Assert.Throws<FormatException>(() => ClassWeights.Parse(text)).Message);

    [Theory]
    [InlineData("ants", 0)]
    [InlineData("ants", double.NaN)]
    [InlineData("ants", double.PositiveInfinity)]
    [InlineData(" ", 2)]
    [InlineData("ants=2,bees", 2)] // would read as the weights of two classes
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
