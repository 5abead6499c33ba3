using MLTransfer.Imaging;

namespace MLTransfer.Tests.Imaging.Transforms;

public class TransformJsonTests
{
    [Fact]
    public void Transforms_are_named_and_keep_their_settings()
    {
        const string Json = """[{"transform":"resize","shorterSide":256,"interpolation":"bicubic"},{"transform":"horizontal-flip","probability":0.25}]""";
        Assert.Equal(Json, TransformJson.Write([new Resize(256, Interpolation.Bicubic), new HorizontalFlip(0.25)]));
    }

    [Theory]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("[null]")]
    [InlineData("""[{"transform":"paint-red"}]""")]
    [InlineData("""[{"shorterSide":256}]""")]
    [InlineData("""[{"transform":"resize"}]""")]
    [InlineData("""[{"transform":"horizontal-flip","probability":2}]""")]
    [InlineData("""[{"transform":"vertical-flip","probability":-1}]""")]
    [InlineData("""[{"transform":"resize","shorterSide":0}]""")]
    [InlineData("""[{"transform":"resize","shorterSide":256,"longerSide":9}]""")]
    public void What_does_not_describe_transforms_is_refused(string json) =>
        Assert.Throws<InvalidDataException>(() => TransformJson.Read(json));
}
