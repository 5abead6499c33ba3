using MLTransfer.Cli.Screen;

namespace MLTransfer.Cli.Tests.Screen;

public class JsonTests
{
    [Fact]
    public void Names_are_snake_case_and_what_is_not_a_number_is_null()
    {
        using var writer = new StringWriter();
        Json.WriteTo(writer, new { ValAccuracy = double.NaN, TrainImages = 3, Model = "blüte.zip" });
        Assert.Equal("""{"val_accuracy":null,"train_images":3,"model":"blüte.zip"}""", writer.ToString().Replace("\n", "").Replace("  ", "").Replace(": ", ":"));
    }
}
