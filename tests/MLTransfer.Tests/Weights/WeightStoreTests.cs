using System.Security.Cryptography;
using MLTransfer.Tests.Reference;
using MLTransfer.Weights;

namespace MLTransfer.Tests.Weights;

public sealed class WeightStoreTests : IDisposable
{
    private static readonly byte[] Content = [1, 2, 3, 4];
    private static readonly WeightsReference Wanted =
        WeightsReference.Parse($"https://host/model.pth#sha256={Convert.ToHexString(SHA256.HashData(Content))}", "resnet18");

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("given", "given", "cache", "torch")]
    [InlineData("cache", "cache", "torch")]
    [InlineData("torch", "torch")]
    public async Task The_first_place_that_has_the_file_gives_it(string first, params string[] places)
    {
        foreach (string place in places)
            Put(place, Content);
        Assert.Equal(Path.Combine(_folder.PathOf(first), Wanted.Remote!.FileName), (await Store().GetAsync(Wanted)).Path);
    }

    [Fact]
    public async Task A_damaged_file_is_passed_over()
    {
        Put("cache", [9, 9]);
        string intact = Put("torch", Content);
        Assert.Equal(intact, (await Store().GetAsync(Wanted)).Path);
    }

    [Fact]
    public async Task A_file_that_cannot_be_read_is_passed_over()
    {
        string unreadable = Put("cache", Content);
        using FileStream alone = new(unreadable, FileMode.Open, FileAccess.ReadWrite, FileShare.None);
        var error = await Assert.ThrowsAsync<WeightsException>(() => Store().GetAsync(Wanted));
        Assert.Contains($"damaged or unreadable: {unreadable}", error.Message, StringComparison.Ordinal);
        string intact = Put("torch", Content);
        Assert.Equal(intact, (await Store().GetAsync(Wanted)).Path);
    }

    [Fact]
    public void Options_that_cannot_be_used_are_refused_with_everything_that_is_wrong()
    {
        var error = Assert.Throws<ArgumentException>(
            () => new WeightStore(new()
            {
                CacheFolder = " ", Retries = -1, StallTimeout = TimeSpan.Zero, Mirror = new("mirror/torch", UriKind.Relative),
            }));
        Assert.All(["CacheFolder is empty", "Retries is -1", "StallTimeout is 0", "Mirror is 'mirror/torch'"],
            part => Assert.Contains(part, error.Message, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_file_that_changes_after_it_was_checked_is_checked_again()
    {
        string path = Put("cache", Content);
        WeightStore store = Store();
        await store.GetAsync(Wanted);
        File.WriteAllBytes(path, [9, 9]);
        await Assert.ThrowsAsync<WeightsException>(() => store.GetAsync(Wanted));
    }

    [Fact]
    public async Task A_file_that_agrees_with_eight_digits_is_compared_with_all_digits_of_the_next_reference()
    {
        string digits = Convert.ToHexString(SHA256.HashData(Content))[..8];
        Put("cache", Content);
        WeightStore store = Store();
        await store.GetAsync(WeightsReference.Parse($"https://host/model.pth#sha256={digits}", "resnet18"));
        var other = WeightsReference.Parse($"https://host/model.pth#sha256={digits}{new string('0', 56)}", "resnet18");
        await Assert.ThrowsAsync<WeightsException>(() => store.GetAsync(other));
    }

    [Fact]
    public async Task Without_a_network_the_error_says_where_it_looked_what_is_damaged_and_what_to_fetch()
    {
        string damaged = Put("cache", [9, 9]);
        var error = await Assert.ThrowsAsync<WeightsException>(() => Store().GetAsync(Wanted));
        Assert.All(
            [_folder.PathOf("given"), _folder.PathOf("torch"), $"damaged or unreadable: {damaged}", "https://host/model.pth"],
            part => Assert.Contains(part, error.Message, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_file_that_was_named_is_taken_as_it_is() =>
        Assert.Equal("mine.pth", (await Store().GetAsync(WeightsReference.Parse("mine.pth", "resnet18"))).Path);

    [Fact]
    public void The_environment_of_a_user_decides_the_places()
    {
        var environment = new Dictionary<string, string>
        {
            ["MLTRANSFER_WEIGHTS"] = $"/a{Path.PathSeparator}/b", ["TORCH_HOME"] = "/t", ["XDG_CACHE_HOME"] = "/x",
            ["MLTRANSFER_MIRROR"] = "https://mirror/torch",
        };
        var options = WeightStoreOptions.FromEnvironment(environment.GetValueOrDefault, "/home/ada");
        Assert.Equal(
            ["/a", "/b", "/x/mltransfer/weights", "/t/hub/checkpoints", "/x/torch/hub/checkpoints",
            "/home/ada/.cache/torch/hub/checkpoints"], options.Places);
        Assert.Equal("https://mirror/torch", options.Mirror?.AbsoluteUri.TrimEnd('/'));
    }

    [Fact]
    public void A_mirror_stands_in_for_the_hosts_of_published_weights_and_for_no_other()
    {
        WeightStoreOptions options = Store().Options with { Mirror = WeightStoreOptions.ParseMirror("https://mirror/torch") };
        Assert.Equal("https://mirror/torch/models/resnet18-f37072fd.pth",
            options.AddressOf((WebWeights)WeightsCatalog.Find("resnet18").Remote!).AbsoluteUri);
        Assert.Equal("https://host/model.pth", options.AddressOf((WebWeights)Wanted.Remote!).AbsoluteUri);
    }

    [Theory]
    [InlineData("https://mirror/torch")]
    [InlineData("https://mirror/torch/")]
    public void A_mirror_needs_no_final_slash(string mirror) => Assert.Equal(
        "https://mirror/torch/models/resnet18-f37072fd.pth",
        (Store().Options with { Mirror = new(mirror) }).AddressOf((WebWeights)WeightsCatalog.Find("resnet18").Remote!).AbsoluteUri);

    [Fact]
    public void A_mirror_of_files_is_refused() => Assert.Contains("Mirror is 'file:///srv/torch'", Assert.Throws<ArgumentException>(
        () => new WeightStore(Store().Options with { Mirror = new("file:///srv/torch") })).Message, StringComparison.Ordinal);

    [Fact]
    public void Without_an_environment_the_caches_lie_below_the_home_folder() => Assert.Equal(
        ["/home/ada/.cache/mltransfer/weights", "/home/ada/.cache/torch/hub/checkpoints"],
        WeightStoreOptions.FromEnvironment(_ => null, "/home/ada").Places);

    [Fact]
    public void A_mirror_that_is_no_address_is_refused() => Assert.Contains(
        "The mirror 'mirror.example' is not an address",
        Assert.Throws<ArgumentException>(() => WeightStoreOptions.ParseMirror("mirror.example")).Message, StringComparison.Ordinal);

    private WeightStore Store() => new(new()
    {
        Folders = [_folder.PathOf("given")], CacheFolder = _folder.PathOf("cache"), TorchFolders = [_folder.PathOf("torch")],
        Offline = true,
    });

    private string Put(string place, byte[] content)
    {
        Directory.CreateDirectory(_folder.PathOf(place));
        return _folder.Write(Path.Combine(place, Wanted.Remote!.FileName), content);
    }
}
