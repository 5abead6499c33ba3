using MLTransfer.Cli.Train;

namespace MLTransfer.Cli.Tests.Train;

public class TypedNamesTests
{
    [Theory]
    [InlineData("FineTuningOptions cannot be used. LearningRate is -1; it must be a positive number.", "--learning-rate is -1; it must be a positive number.")]
    [InlineData(
        "ValidationFraction holds nothing back: no class has two pictures. Give Validation pictures of its own, or set ValidationFraction to 0.",
        "--val-fraction holds nothing back: no class has two pictures. Give --val pictures of its own, or set --val-fraction to 0.")]
    [InlineData("Epochs was 3 and is 4 now; Train was all and is layer4 now", "--epochs was 3 and is 4 now; --train-from was all and is layer4 now")]
    [InlineData("no row has a label in column 'Label'.", "no row has a label in column 'Label'.")]
    [InlineData("There is no layer 'Head' in ResNet.", "There is no layer 'Head' in ResNet.")]
    public void Properties_are_named_as_the_options_that_were_typed(string message, string expected) => Assert.Equal(expected, TypedNames.In(message));
}
