using TorchSharp;
using static TorchSharp.torch;

namespace MLTransfer.Tests.Training;

public class RejectionTests
{
    // Sureness 0.9 (right), 0.8 (right), 0.8 (wrong), 0.7 (right), 0.6 (wrong).
    private static readonly (float Sure, bool IsRight)[] Images = [(0.8f, true), (0.6f, false), (0.9f, true), (0.8f, false), (0.7f, true)];

    [Theory]
    [InlineData("precision:0.95")]
    [InlineData("coverage:0.9")]
    [InlineData("familiar:0.99")]
    [InlineData("precision:0.95+familiar:0.9")]
    [InlineData("coverage:0.5+familiar:0.9")]
    [InlineData("coverage:1E-05")]
    public void A_rejection_is_parsed_from_the_word_it_writes(string word)
    {
        Assert.Equal(word, Rejection.Parse(word.ToUpperInvariant()).ToString());
        Assert.Equal(Rejection.Parse(word), Rejection.Parse(word));
    }

    [Theory]
    [InlineData("")]
    [InlineData("precision")]
    [InlineData("precision:")]
    [InlineData("precision:0")]
    [InlineData("precision:1")]
    [InlineData("precision:-0.5")]
    [InlineData("precision:NaN")]
    [InlineData("precision:95%")]
    [InlineData("sure:0.9")]
    [InlineData("precision:0.9+coverage:0.9")]
    [InlineData("familiar:0.9+familiar:0.8")]
    [InlineData("precision:0.9+familiar:0.9+coverage:0.5")]
    [InlineData("precision:0.9+")]
    public void Anything_else_is_refused_with_what_is_possible(string word) => Assert.Contains(
        "precision:P or coverage:P", Assert.Throws<FormatException>(() => Rejection.Parse(word)).Message, StringComparison.Ordinal);

    // Of the surest 1, 3, 4 and 5 images, 1, 2/3, 3/4 and 3/5 are right; the two of 0.8 cannot be told apart.
    [Theory]
    [InlineData(0.99, 0.85, 0.2, 1.0)]
    [InlineData(0.7, 0.65, 0.8, 0.75)]
    [InlineData(0.6, 0.6, 1.0, 0.6)]
    [InlineData(0.2, 0.6, 1.0, 0.6)]
    public void As_few_images_are_rejected_as_the_precision_allows(double precision, double least, double coverage, double accuracy)
    {
        RejectionRule rule = Fitted(Rejection.AtPrecision(precision));
        Assert.Equal((least, coverage, accuracy), (Math.Round(rule.LeastProbability!.Value, 6), rule.Coverage, rule.Accuracy));
        Assert.Null(rule.GreatestDistance);
    }

    [Fact]
    public void Where_no_threshold_has_the_precision_the_best_one_is_taken()
    {
        using var scope = NewDisposeScope();
        RejectionRule rule = RejectionRule.Fit(
            Rejection.AtPrecision(0.9), [tensor(new[,] { { 0.9f, 0.1f }, { 0.8f, 0.2f }, { 0.7f, 0.3f } })], tensor([1L, 0, 1]), null);
        Assert.Equal((0.75, 0.5), (Math.Round(rule.LeastProbability!.Value, 6), rule.Accuracy));
    }

    [Theory]
    [InlineData(0.2, 0.85)]
    [InlineData(0.21, 0.8)]
    [InlineData(0.99, 0.6)]
    public void Coverage_keeps_at_least_the_fraction(double coverage, double least)
    {
        RejectionRule rule = Fitted(Rejection.AtCoverage(coverage));
        Assert.Equal(least, rule.LeastProbability!.Value, 1e-6);
        Assert.True(rule.Coverage >= coverage);
    }

    [Fact]
    public void An_unfamiliar_image_does_not_count_for_the_precision()
    {
        using var scope = NewDisposeScope();
        // The wrong ones are also the farthest.
        RejectionRule rule = RejectionRule.Fit(
            Rejection.AtPrecision(0.95).And(Rejection.Unfamiliar(0.6)), Probabilities(), Labels(), tensor([1f, 9, 2, 8, 3]));
        Assert.Equal(5.5, rule.GreatestDistance);
        Assert.Equal((0.7, 0.6, 1.0), (Math.Round(rule.LeastProbability!.Value, 6), rule.Coverage, rule.Accuracy));
        Assert.Contains("unlike the training images", rule.Reason(0.99f, 6), StringComparison.Ordinal);
        Assert.Contains("unlike the training images", rule.Reason(0.99f, float.NaN), StringComparison.Ordinal);
        Assert.Contains("60.0 %, below 70.0 %", rule.Reason(0.6f, 1), StringComparison.Ordinal);
        Assert.Null(rule.Reason(0.71f, 5));
    }

    private static RejectionRule Fitted(Rejection asked)
    {
        using var scope = NewDisposeScope();
        return RejectionRule.Fit(asked, Probabilities(), Labels(), null);
    }

    // In two blocks.
    private static Tensor[] Probabilities() => stack(Images.Select(image => tensor([image.Sure, 1 - image.Sure]))).split([2, 3]);

    private static Tensor Labels() => tensor([.. Images.Select(image => image.IsRight ? 0L : 1)]);
}
