using MLTransfer.Files;
using MLTransfer.Weights;

namespace MLTransfer.Tests.Files;

public class UserCacheTests
{
    [Fact]
    public void XDG_CACHE_HOME_decides_where_caches_go() =>
        Assert.Equal("/var/xdg/mltransfer", UserCache.Folder(_ => "/var/xdg", "/home/ada"));

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("relative/is/invalid")]
    public void Without_a_valid_one_caches_go_below_the_home_folder(string? variable) =>
        Assert.Equal("/home/ada/.cache/mltransfer", UserCache.Folder(_ => variable, "/home/ada"));

    [Theory]
    [InlineData("")]
    [InlineData("relative")]
    public void Without_a_home_there_is_no_cache_and_none_in_the_working_directory(string home)
    {
        Assert.Null(UserCache.Folder(_ => null, home));
        WeightStoreOptions options = WeightStoreOptions.FromEnvironment(_ => null, home);
        Assert.Null(options.CacheFolder);
        Assert.Empty(options.Places);
    }

    [Fact]
    public async Task Weights_that_would_have_to_be_downloaded_without_a_folder_for_them_are_an_error_that_says_what_to_name()
    {
        var store = new WeightStore(WeightStoreOptions.FromEnvironment(_ => null, ""));
        var error = await Assert.ThrowsAsync<WeightsException>(() => store.GetAsync(WeightsReference.Parse("default", "resnet18")));
        Assert.Contains("this user has no home folder", error.Message, StringComparison.Ordinal);
        Assert.Contains("XDG_CACHE_HOME", error.Message, StringComparison.Ordinal);
    }
}
