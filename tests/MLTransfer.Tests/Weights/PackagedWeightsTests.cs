using MLTransfer.Weights;

namespace MLTransfer.Tests.Weights;

public class PackagedWeightsTests
{
    private const string Hash = "12fca82f0bebc4135bf1f32f6e3710e61d5108578464b84fd6d7f5c1b04036c8";

    [Fact]
    public void A_name_has_package_version_path_and_perhaps_a_hash()
    {
        var weights = PackagedWeights.Parse($"nuget:My.Weights/1.2.3-beta#weights/resnet 18.pth&sha256={Hash.ToUpperInvariant()}");
        Assert.Equal(("My.Weights", "1.2.3-beta", Hash), (weights.Package.Id, weights.Package.Version.ToString(), weights.Sha256));
        Assert.Equal("weights/resnet 18.pth", Assert.Single(weights.Paths));
        Assert.Equal("nuget:My.Weights/1.2.3-beta#weights/resnet 18.pth", weights.Address);
        Assert.Equal("My.Weights.1.2.3-beta-resnet_18-12fca82f.pth", weights.FileName);
        Assert.Null(PackagedWeights.Parse("nuget:My.Weights/1.2.3#a.pth").Sha256);
    }

    [Theory]
    [InlineData("nuget:", "it has no package, version and path")]
    [InlineData("nuget:My.Weights#a.pth", "it has no package, version and path")]
    [InlineData("nuget:My.Weights/1.0.0", "it has no package, version and path")]
    [InlineData("nuget:My.Weights/1.0.0#", "it names no file")]
    [InlineData("nuget:My.Weights/1.0.0#weights/", "it names no file")]
    [InlineData("nuget:My Weights/1.0.0#a.pth", "'My Weights' cannot be the name of a package")]
    [InlineData("nuget:../1.0.0#a.pth", "'..' cannot be the name of a package")]
    [InlineData("nuget:My.Weights/[1.0,2.0)#a.pth", "is not a version")]
    [InlineData("nuget:My.Weights/latest#a.pth", "'latest' is not a version")]
    [InlineData("nuget:My.Weights/1.0.0#a.pth&sha256=12", "'12' is not a SHA-256")]
    public void What_is_meant_as_one_and_is_not_is_refused_with_what_is_missing(string text, string reason)
    {
        var error = Assert.Throws<ArgumentException>(() => WeightsReference.Parse(text, "resnet18"));
        Assert.Contains(reason, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_of_that_name_is_read_where_the_name_begins_as_a_path() =>
        Assert.Equal("./nuget:x", WeightsReference.Parse("./nuget:x", "resnet18").File);

    [Theory]
    [InlineData("nuget:Microsoft.ML.DnnImageFeaturizer.ResNet18/0.23.1#tools/DnnImageModels/ResNetPrepOnnx/ResNetPreprocess.onnx&"
        + "tools/DnnImageModels/ResNet18Onnx/ResNet18.onnx")]
    [InlineData("resnet18_mlnet/IMAGENET1K_V1")]
    [InlineData("default")]
    public void Published_weights_in_a_package_are_known_by_both_names(string text)
    {
        var reference = WeightsReference.Parse(text, "resnet18_mlnet");
        Assert.Equal("resnet18_mlnet/IMAGENET1K_V1", reference.Name);
        Assert.Equal("resnet18_mlnet-e193dcac.safetensors", reference.Remote!.FileName);
    }
}
