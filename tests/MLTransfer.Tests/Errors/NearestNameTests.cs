using MLTransfer.Errors;

namespace MLTransfer.Tests.Errors;

public class NearestNameTests
{
    private static readonly string[] Names = ["train", "evaluate", "predict", "models"];

    [Theory]
    [InlineData("trian", "train")]
    [InlineData("TRAIN", "train")]
    [InlineData("evalute", "evaluate")]
    [InlineData("model", "models")]
    public void A_mistyped_name_finds_what_was_meant(string typed, string meant) => Assert.Equal(meant, NearestName.Find(typed, Names));

    [Theory]
    [InlineData("x")]
    [InlineData("banana")]
    [InlineData("")]
    public void Something_else_altogether_finds_nothing(string typed) => Assert.Null(NearestName.Find(typed, Names));
}
