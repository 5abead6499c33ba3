using MLTransfer.Evaluation.Inspection;

namespace MLTransfer.Tests.Evaluation.Inspection;

public class ConfidentLearningTests
{
    // Three images labeled a, two labeled b. By hand: the thresholds are (0.9 + 0.8 + 0.1) / 3 = 0.6 and (0.7 + 0.3) / 2 = 0.5.
    private static readonly float[][] Probabilities = [[0.9f, 0.1f], [0.8f, 0.2f], [0.1f, 0.9f], [0.3f, 0.7f], [0.7f, 0.3f]];
    private static readonly int[] Labels = [0, 0, 0, 1, 1];

    [Fact]
    public void The_threshold_of_a_class_is_its_mean_self_confidence()
    {
        var learning = new ConfidentLearning(Probabilities, Labels, 2);
        Assert.Equal([0.6, 0.5], learning.Thresholds.Select(threshold => Math.Round(threshold, 6)));
        Assert.Equal([0.6, 0.4], learning.Shares);
    }

    [Fact]
    public void The_confident_joint_counts_images_by_label_and_confident_class()
    {
        var learning = new ConfidentLearning(Probabilities, Labels, 2);
        Assert.Equal(new[,] { { 2, 1 }, { 1, 1 } }, learning.ConfidentJoint);
        Assert.Equal([2, 4], learning.OffDiagonal(support: 1));
        // Image 4 has 0.3 of 0.4; image 2 only 0.1 of 0.6.
        Assert.Equal([2], learning.OffDiagonal(support: 0.5));
    }

    [Fact]
    public void An_image_that_reaches_no_threshold_is_counted_nowhere()
    {
        var learning = new ConfidentLearning([[0.9f, 0.1f], [0.1f, 0.9f], [0.55f, 0.45f]], [0, 1, 0], 2);
        Assert.Null(learning.ConfidentClass(2));
        Assert.Equal(2, learning.ConfidentJoint.Cast<int>().Sum());
    }

    [Fact]
    public void Suspects_are_ordered_by_the_support_of_their_label_and_never_agree_with_it()
    {
        var learning = new ConfidentLearning(Probabilities, Labels, 2);
        Assert.Equal([2, 4], learning.Suspects(support: 0.8));
        Assert.Equal([2], learning.Suspects(support: 0.25));
        // The support of 0.6 by a label of 0.9 of all images is below 1, but the label is the most probable one.
        var agreeing = new ConfidentLearning([.. Enumerable.Repeat(new[] { 0.6f, 0.4f }, 10)], [0, 0, 0, 0, 0, 0, 0, 0, 0, 1], 2);
        Assert.Equal([9], agreeing.Suspects(support: 10));
    }

    [Fact]
    public void A_class_without_images_is_never_confident()
    {
        var learning = new ConfidentLearning([[0.1f, 0.9f], [0.2f, 0.8f]], [0, 0], 2);
        Assert.Equal(double.PositiveInfinity, learning.Thresholds[1]);
        Assert.Empty(learning.OffDiagonal(support: 1));
    }
}
