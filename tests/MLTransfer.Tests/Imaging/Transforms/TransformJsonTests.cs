using MLTransfer.Imaging.Transforms;

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
    [InlineData("""[{"transform":"resize","shorterSide":2147483647}]""")]
    [InlineData("""[{"transform":"resize","exactly":{"width":2147483647,"height":2147483647}}]""")]
    [InlineData("""[{"transform":"center-crop","size":{"width":2147483647,"height":32}}]""")]
    [InlineData("""[{"transform":"random-crop","size":32,"padding":2147483647}]""")]
    [InlineData("""[{"transform":"random-crop","size":2147483647}]""")]
    [InlineData("""[{"transform":"random-resized-crop","size":2147483647}]""")]
    [InlineData("""[{"transform":"random-resized-crop","size":32,"smallestArea":-1}]""")]
    [InlineData("""[{"transform":"pad","left":1000000000,"top":0,"right":0,"bottom":0}]""")]
    [InlineData("""[{"transform":"gaussian-blur","kernelSize":{"width":999999999,"height":3}}]""")]
    [InlineData("""[{"transform":"rand-augment","numOps":2147483647}]""")]
    [InlineData("""[{"transform":"rand-augment","magnitude":2147483647}]""")]
    [InlineData("""[{"transform":"aug-mix","mixtureWidth":2147483647}]""")]
    [InlineData("""[{"transform":"random-rotation","smallestDegrees":-1e308,"largestDegrees":1e308}]""")]
    [InlineData("""[{"transform":"random-rotation","smallestDegrees":1e999,"largestDegrees":1e999}]""")]
    [InlineData("""[{"transform":"elastic-transform","sigma":1e9}]""")]
    public void What_does_not_describe_transforms_is_refused(string json) =>
        Assert.Throws<InvalidDataException>(() => TransformJson.Read(json));

    [Fact]
    public void Transforms_within_transforms_without_end_are_refused() => Assert.Throws<InvalidDataException>(() => TransformJson.Read(
        $"[{string.Concat(Enumerable.Repeat("""{"transform":"random-apply","transforms":[""", 10_000))}{string.Concat(Enumerable.Repeat("]}", 10_000))}]"));
}
