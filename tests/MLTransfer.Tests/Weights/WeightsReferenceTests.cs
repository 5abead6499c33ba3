using MLTransfer.Tests.Reference;
using MLTransfer.Weights;

namespace MLTransfer.Tests.Weights;

public sealed class WeightsReferenceTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(null)]
    [InlineData("none")]
    [InlineData("None")]
    public void None_means_random_weights(string? text) => Assert.True(WeightsReference.Parse(text, "resnet18").IsRandom);

    [Theory]
    [InlineData("default", "resnet50/IMAGENET1K_V2")]
    [InlineData("Default", "resnet50/IMAGENET1K_V2")]
    [InlineData("IMAGENET1K_V1", "resnet50/IMAGENET1K_V1")]
    [InlineData("imagenet1k_v1", "resnet50/IMAGENET1K_V1")]
    [InlineData("resnet50/IMAGENET1K_V1", "resnet50/IMAGENET1K_V1")]
    [InlineData("resnet50/default", "resnet50/IMAGENET1K_V2")]
    [InlineData("https://download.pytorch.org/models/resnet50-0676ba61.pth", "resnet50/IMAGENET1K_V1")]
    public void Published_weights_are_known_by_name_and_by_address(string text, string name)
    {
        var reference = WeightsReference.Parse(text, "resnet50");
        Assert.Equal(name, reference.Name);
        Assert.NotNull(reference.Remote);
        Assert.Null(reference.File);
    }

    [Theory]
    [InlineData("weights.pth")]
    [InlineData("./default")]
    [InlineData("/somewhere/none")]
    [InlineData("folder/IMAGENET1K_V1")]
    [InlineData(@"C:\weights\mine")]
    public void All_else_is_a_file(string path)
    {
        var reference = WeightsReference.Parse(path, "resnet18");
        Assert.Equal((path, null), (reference.File, reference.Published));
    }

    [Fact]
    public void A_file_may_have_any_name_if_it_is_there()
    {
        string file = Path.GetRelativePath(Directory.GetCurrentDirectory(), _folder.Write("mine", [1]));
        Assert.Equal(file, WeightsReference.Parse(file, "resnet18").File);
    }

    [Fact]
    public void A_file_under_its_published_name_brings_its_preprocessing() =>
        Assert.Equal("resnet50/IMAGENET1K_V2", WeightsReference.Parse("downloads/resnet50-11ad3fa6.pth", "resnet50").Published?.Name);

    [Theory]
    [InlineData("IMAGENET1K_V2", "resnet18",
        "'IMAGENET1K_V2' is neither a file nor the name of weights. Did you mean 'IMAGENET1K_V1'? Weights of resnet18: "
        + "resnet18/IMAGENET1K_V1.")]
    [InlineData("resnet18/IMAGENET1K_V7", "resnet18", "is neither a file nor the name of weights. ")]
    [InlineData("resnet50/IMAGENET1K_V2", "resnet18",
        "are those of resnet50, not of resnet18. Weights of resnet18: resnet18/IMAGENET1K_V1.")]
    [InlineData("IMAGENET1K_FEATURES", "vgg16", "cannot be used: its fully connected layers hold no values")]
    [InlineData("default", "mobilenet_v1_b12", "No weights are published for mobilenet_v1_b12. Name a FILE or an address, or 'none'")]
    public void What_cannot_be_meant_is_answered_with_what_can(string text, string backbone, string answer) =>
        Assert.Contains(answer, Assert.Throws<ArgumentException>(() => WeightsReference.Parse(text, backbone)).Message,
            StringComparison.Ordinal);
}
