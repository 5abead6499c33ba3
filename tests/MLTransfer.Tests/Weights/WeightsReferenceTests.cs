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

public class RemoteWeightsTests
{
    private const string Hash = "12fca82f0bebc4135bf1f32f6e3710e61d5108578464b84fd6d7f5c1b04036c8";

    [Fact]
    public void An_address_brings_its_hash_behind_a_number_sign()
    {
        var remote = WebWeights.Parse($"http://host/some/model.pth?version=2#sha256={Hash.ToUpperInvariant()}");
        Assert.Equal(("http://host/some/model.pth?version=2", Hash, "model-12fca82f.pth"),
            (remote.Url.AbsoluteUri, remote.Sha256, remote.FileName));
    }

    [Fact]
    public void A_file_name_as_those_of_torch_hub_brings_the_start_of_its_hash()
    {
        var remote = WebWeights.Parse("https://download.pytorch.org/models/resnet18-f37072fd.pth");
        Assert.Equal(("f37072fd", "resnet18-f37072fd.pth"), (remote.Sha256, remote.FileName));
    }

    [Theory]
    [InlineData("https://host/model.pth", "does not say what the file must contain")]
    [InlineData("https://host/model-beef.pth", "does not say what the file must contain")]
    [InlineData("https://host/model.pth#md5=0123456789abcdef", "does not say what the file must contain")]
    [InlineData("http://host/resnet18-f37072fd.pth", "only an https address")]
    [InlineData("https://host/model.pth#sha256=f37072f", "'f37072f' is not a SHA-256")]
    [InlineData("https://host/model.pth#sha256=none", "'none' is not a SHA-256")]
    [InlineData("http://host/model.pth#sha256=f37072fd", "all 64 digits of the SHA-256, or an https address")]
    [InlineData("ftp://host/model.pth#sha256=f37072fd", "begins with https:// or http://")]
    [InlineData("file:///etc/passwd#sha256=f37072fd", "begins with https:// or http://")]
    [InlineData("https://#sha256=f37072fd", "is not a file URL")]
    public void An_address_that_says_too_little_is_refused_with_what_is_missing(string address, string reason) =>
        Assert.Contains(reason, Assert.Throws<ArgumentException>(() => WebWeights.Parse(address)).Message, StringComparison.Ordinal);

    [Fact]
    public void Over_https_the_start_of_the_hash_is_enough() =>
        Assert.Equal("f37072fd", WebWeights.Parse("https://host/model.pth#sha256=f37072fd").Sha256);

    [Theory]
    [InlineData("https://host/%2e%2e%2f%2e%2e%2fetc%2fpasswd", "____etc_passwd-12fca82f")]
    [InlineData("https://host/", "_-12fca82f")]
    [InlineData("https://host/.hidden.pth", "hidden-12fca82f.pth")]
    [InlineData("https://host/a%00b%20c%5cd.pth", "a_b_c_d-12fca82f.pth")]
    public void No_address_names_a_file_outside_the_cache(string address, string name) =>
        Assert.Equal(name, new WebWeights(new(address), Hash).FileName);
}
