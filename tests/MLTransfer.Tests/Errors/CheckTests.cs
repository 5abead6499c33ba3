using MLTransfer.Errors;

namespace MLTransfer.Tests.Errors;

public class CheckTests
{
    [Fact]
    public void All_complaints_are_reported_together()
    {
        Options options = new(Epochs: 0, Rate: -1, Momentum: 1, Kind: (DayOfWeek)9);

        var error = Assert.Throws<ArgumentException>(() => Check.All(
            options,
            Check.Between(1, options.Epochs, 10_000), Check.Positive(options.Rate), Check.FractionBelowOne(options.Momentum),
            Check.Known(options.Kind)));

        Assert.Equal(
            "Options cannot be used. options.Epochs is 0; it must lie between 1 and 10000. options.Rate is -1; it must be a positive "
            + "number. "
            + "options.Momentum is 1; it must be at least 0 and below 1. options.Kind is 9; it must be one of Sunday, Monday, Tuesday, "
            + "Wednesday, Thursday, Friday, Saturday.", error.Message);
    }

    [Fact]
    public void Options_without_complaints_are_returned()
    {
        Options options = new(Epochs: 1, Rate: 0.1, Momentum: 0, Kind: DayOfWeek.Monday);

        Assert.Same(options, Check.All(options, Check.Between(1, options.Epochs, 1), Check.Positive(options.Rate)));
    }

    [Theory]
    [InlineData(-0.1, false, false)]
    [InlineData(0, true, true)]
    [InlineData(0.5, true, true)]
    [InlineData(1, true, false)]
    [InlineData(1.1, false, false)]
    [InlineData(double.NaN, false, false)]
    public void A_fraction_may_be_one_unless_it_must_be_below(double value, bool isFraction, bool isBelowOne)
    {
        Assert.Equal(isFraction, Check.Fraction(value) is null);
        Assert.Equal(isBelowOne, Check.FractionBelowOne(value) is null);
    }

    [Theory]
    [InlineData(0, false, true)]
    [InlineData(-1, false, false)]
    [InlineData(1e-9, true, true)]
    [InlineData(double.PositiveInfinity, false, false)]
    [InlineData(double.NaN, false, false)]
    public void Positive_numbers_are_finite(double value, bool isPositive, bool isNotNegative)
    {
        Assert.Equal(isPositive, Check.Positive(value) is null);
        Assert.Equal(isNotNegative, Check.NotNegative(value) is null);
    }

    [Fact]
    public void A_single_property_that_is_wrong_is_named()
    {
        Assert.Equal(0.5, new Blur { Probability = 0.5 }.Probability);

        var error = Assert.Throws<ArgumentOutOfRangeException>(() => new Blur { Probability = 2 });

        Assert.Equal(nameof(Blur.Probability), error.ParamName);
        Assert.StartsWith("Probability is 2; it must lie between 0 and 1.", error.Message, StringComparison.Ordinal);
    }

    private sealed record Options(int Epochs, double Rate, double Momentum, DayOfWeek Kind);

    private sealed class Blur
    {
        public double Probability { get; init => field = Require.Fraction(value); }
    }
}
