using MLTransfer.Cli.Train;

namespace MLTransfer.Cli.Tests.Train;

public class TypedNamesTests
{
    [Theory]
    [InlineData("FineTuningOptions cannot be used. LearningRate is -1; it must be a positive number.",
        "--learning-rate is -1; it must be a positive number.")]
    [InlineData(
        "ValidationFraction leaves no validation images: no class has two. Give Validation images of its own, or set ValidationFraction "
        + "to 0.",
        "--val-fraction leaves no validation images: no class has two. Give --val images of its own, or set --val-fraction to 0.")]
    [InlineData("Epochs was '3' and is '4' now; Train was nothing and is 'layer4' now",
        "--epochs was '3' and is '4' now; --train-from was nothing and is 'layer4' now")]
    [InlineData("Classes was 'Head, Train' and is 'Head, it's Train' now; Validation images was '4 (ab)' and is 'none' now",
        "Classes was 'Head, Train' and is 'Head, it's Train' now; Validation images was '4 (ab)' and is 'none' now")]
    [InlineData("no row has a label in column 'Label'.", "no row has a label in column 'Label'.")]
    [InlineData("There is no layer 'Head' in ResNet.", "There is no layer 'Head' in ResNet.")]
    [InlineData(
        "The checkpoint in 'Train/Data/it's Train' belongs to a different training: Epochs was '3' and is '4' now.",
        "The checkpoint in 'Train/Data/it's Train' belongs to a different training: --epochs was '3' and is '4' now.")]
    [InlineData("Weights was /home/Train/Data.pth and is Head-Epochs now", "--weights was /home/Train/Data.pth and is Head-Epochs now")]
    [InlineData("the images' Train, 'Train' and Train", "the images' --train-from, 'Train' and --train-from")]
    [InlineData(
        "at most 10 are read (--max-pixels allows more; MaximumPixels in code); Epochs and MaximumPixels in code; Epochs is 0",
        "at most 10 are read (--max-pixels allows more; MaximumPixels in code); Epochs and MaximumPixels in code; --epochs is 0")]
    public void Properties_are_named_as_the_options_that_were_typed(string message, string expected) =>
        Assert.Equal(expected, TypedNames.In(message));
}
