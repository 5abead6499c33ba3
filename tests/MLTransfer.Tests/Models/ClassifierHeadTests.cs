namespace MLTransfer.Tests.Models;

public class ClassifierHeadTests
{
    [Theory]
    [InlineData("linear", null, null)]
    [InlineData("dropout:0.35", null, 0.35)]
    [InlineData("dropout:0", null, 0.0)]
    [InlineData("mlp:64:0.1", 64, 0.1)]
    public void A_head_is_read_back_from_what_it_is_written_as(string text, int? width, double? rate)
    {
        ClassifierHead head = ClassifierHead.Parse(text);
        Assert.Equal((width, rate), (head.HiddenWidth, head.DropoutRate));
        Assert.Equal(text, head.ToString());
    }

    [Theory]
    [InlineData("Linear", "linear")]
    [InlineData("dropout", "dropout:0.2")]
    [InlineData("mlp", "mlp:256:0.4")]
    [InlineData("MLP:32", "mlp:32:0.4")]
    public void Numbers_left_out_are_the_defaults(string text, string whole) => Assert.Equal(whole, ClassifierHead.Parse(text).ToString());

    [Theory]
    [InlineData("")]
    [InlineData("forest")]
    [InlineData("linear:3")]
    [InlineData("dropout:1")]
    [InlineData("dropout:-0.1")]
    [InlineData("dropout:0,5")]
    [InlineData("dropout:NaN")]
    [InlineData("mlp:0")]
    [InlineData("mlp:65537")]
    [InlineData("mlp:99999999999")]
    [InlineData("mlp:8:0.1:3")]
    public void Anything_else_is_an_error_that_says_what_is_possible(string text) =>
        Assert.Contains("mlp:256:0.4", Assert.Throws<FormatException>(() => ClassifierHead.Parse(text)).Message, StringComparison.Ordinal);

    [Fact]
    public void Numbers_out_of_range_are_refused_in_code_too()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => ClassifierHead.Dropout(1));
        Assert.Throws<ArgumentOutOfRangeException>(() => ClassifierHead.Mlp(0));
        Assert.Throws<ArgumentOutOfRangeException>(() => ClassifierHead.Mlp(dropout: double.NaN));
    }
}
