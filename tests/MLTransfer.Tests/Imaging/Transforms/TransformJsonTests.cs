using MLTransfer.Imaging;
using MLTransfer.Imaging.Transforms;

namespace MLTransfer.Tests.Imaging.Transforms;

public class TransformJsonTests
{
    [Fact]
    public void Transforms_are_named_and_keep_their_settings()
    {
        const string Resizing = """{"transform":"resize","shorterSide":256,"interpolation":"bicubic"}""",
            Flipping = """{"transform":"horizontal-flip","probability":0.25}""";
        Assert.Equal($"[{Resizing},{Flipping}]",
            TransformJson.Write([new Resize(256, Interpolation.Bicubic), new RandomHorizontalFlip(0.25)]));
    }

    /// <summary>Every example as the first version wrote it: names in files never change, whatever the properties are called.</summary>
    private static readonly Dictionary<string, string> FirstVersion =
        File.ReadLines(Fixture.PathOf("transforms.tsv")).Select(line => line.Split('\t')).ToDictionary(pair => pair[0], pair => pair[1]);

    public static TheoryData<string> Examples => [.. TransformExamples.All.Keys];

    [Theory, MemberData(nameof(Examples))]
    public void What_the_first_version_wrote_is_read_and_written_again(string example)
    {
        string json = FirstVersion[example];

        Assert.Equal(json, TransformJson.Write([TransformExamples.All[example]]));
        Assert.Equal(json, TransformJson.Write(TransformJson.Read(json)));
        Assert.Equal(TransformExamples.All[example], Assert.Single(TransformJson.Read(json)));
    }

    [Fact]
    public void Two_stored_numbers_may_have_been_exchanged_but_none_may_be_missing()
    {
        var read = Assert.IsType<RandomErasing>(Assert.Single(TransformJson.Read(
            """[{"transform":"random-erasing","smallestArea":0.5,"largestArea":0.25,"flattestShape":0.5,"steepestShape":4}]""")));

        Assert.Equal((new Interval(0.25, 0.5), new Interval(0.25, 2)), (read.Scale, read.AspectRatio));
        Assert.Contains("'largestArea' is missing", Refusal("""[{"transform":"random-erasing","smallestArea":0.5}]"""));
    }

    [Fact]
    public void A_transform_of_ones_own_is_read_and_written_under_its_name_once_it_is_registered()
    {
        const string Json = """[{"transform":"brighten-by","levels":7}]""";
        Assert.StartsWith("The transforms cannot be read: there is no transform 'brighten-by'. A transform of your own is made known by "
            + "ImageTransform.Register before it is loaded; known are aug-mix, auto-augment,", Refusal(Json));
        Assert.Contains("Did you mean 'resize'?", Refusal("""[{"transform":"resiz"}]"""));
        ImageTransform[] transforms = [new RandomApply([new Brighten(7)])];
        string message = Assert.Throws<InvalidOperationException>(() => TransformJson.Write(transforms)).Message;
        Assert.Equal($"the transform {typeof(Brighten).FullName} has no name in files; call "
            + "ImageTransform.Register<Brighten>(\"NAME\") first", message);
        Assert.Equal(message, (Preprocessing.Cifar with { Transforms = [new Resize(32, 32), .. transforms] }).Complaint);

        ImageTransform.Register<Brighten>("brighten-by");
        ImageTransform.Register<Brighten>("brighten-by");

        Assert.Equal([new Brighten(7)], TransformJson.Read(Json));
        Assert.Equal(Json, TransformJson.Write([new Brighten(7)]));
        Assert.Null((Preprocessing.Cifar with { Transforms = [new Resize(32, 32), .. transforms] }).Complaint);
        Assert.StartsWith($"The name 'resize' belongs to the transform {typeof(Resize).FullName};",
            Assert.Throws<ArgumentException>(() => ImageTransform.Register<Other>("resize")).Message);
        Assert.StartsWith($"The transform {typeof(Brighten).FullName} is registered as 'brighten-by' already;",
            Assert.Throws<ArgumentException>(() => ImageTransform.Register<Brighten>("brighter")).Message);
        Assert.Throws<ArgumentException>(() => ImageTransform.Register<Other>(" "));
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
    [InlineData("""[{"transform":7}]""")]
    [InlineData("""["resize"]""")]
    [InlineData("""[{"transform":"random-rotation","smallestDegrees":"0","largestDegrees":[]}]""")]
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
    public void Transforms_within_transforms_without_end_are_refused()
    {
        string opening = string.Concat(Enumerable.Repeat("""{"transform":"random-apply","transforms":[""", 10_000)),
            closing = string.Concat(Enumerable.Repeat("]}", 10_000));

        Assert.Contains("maximum configured depth", Refusal($"[{opening}{closing}]"));
    }

    private static string Refusal(string json) => Assert.Throws<InvalidDataException>(() => TransformJson.Read(json)).Message;

    private sealed record Brighten(int Levels) : Own;

    private sealed record Other : Own;

    private abstract record Own : ImageTransform
    {
        protected internal override Image Transform(Image image, ref ImageRandom random) => image;
    }
}
