using MLTransfer.Weights;

namespace MLTransfer.Tests.Weights;

public class RemoteWeightsTests
{
    private const string Hash = "12fca82f0bebc4135bf1f32f6e3710e61d5108578464b84fd6d7f5c1b04036c8";

    [Fact]
    public void An_address_brings_its_hash_behind_a_number_sign()
    {
        var remote = RemoteWeights.Parse($"http://host/some/model.pth?version=2#sha256={Hash.ToUpperInvariant()}");
        Assert.Equal(("http://host/some/model.pth?version=2", Hash, "model-12fca82f.pth"),
            (remote.Url.AbsoluteUri, remote.Sha256, remote.FileName));
    }

    [Fact]
    public void A_file_name_as_those_of_torch_hub_brings_the_start_of_its_hash()
    {
        var remote = RemoteWeights.Parse("https://download.pytorch.org/models/resnet18-f37072fd.pth");
        Assert.Equal(("f37072fd", "resnet18-f37072fd.pth"), (remote.Sha256, remote.FileName));
    }

    [Theory]
    [InlineData("https://host/model.pth", "does not say what the file must contain")]
    [InlineData("https://host/model-beef.pth", "does not say what the file must contain")]
    [InlineData("https://host/model.pth#md5=0123456789abcdef", "does not say what the file must contain")]
    [InlineData("http://host/resnet18-f37072fd.pth", "only an https address")]
    [InlineData("https://host/model.pth#sha256=f37072f", "'f37072f' is no SHA-256")]
    [InlineData("https://host/model.pth#sha256=none", "'none' is no SHA-256")]
    [InlineData("http://host/model.pth#sha256=f37072fd", "all 64 digits of the SHA-256, or an https address")]
    [InlineData("ftp://host/model.pth#sha256=f37072fd", "begins with https:// or http://")]
    [InlineData("file:///etc/passwd#sha256=f37072fd", "begins with https:// or http://")]
    [InlineData("https://#sha256=f37072fd", "is no address")]
    public void An_address_that_says_too_little_is_refused_with_what_is_missing(string address, string reason) =>
        Assert.Contains(reason, Assert.Throws<ArgumentException>(() => RemoteWeights.Parse(address)).Message, StringComparison.Ordinal);

    [Fact]
    public void Over_https_the_start_of_the_hash_is_enough() =>
        Assert.Equal("f37072fd", RemoteWeights.Parse("https://host/model.pth#sha256=f37072fd").Sha256);

    [Theory]
    [InlineData("https://host/%2e%2e%2f%2e%2e%2fetc%2fpasswd", "____etc_passwd-12fca82f")]
    [InlineData("https://host/", "_-12fca82f")]
    [InlineData("https://host/.hidden.pth", "hidden-12fca82f.pth")]
    [InlineData("https://host/a%00b%20c%5cd.pth", "a_b_c_d-12fca82f.pth")]
    public void No_address_names_a_file_outside_the_cache(string address, string name) =>
        Assert.Equal(name, new RemoteWeights(new(address), Hash).FileName);
}
