using MLTransfer.Cli.CommandLine;

namespace MLTransfer.Cli.Tests.CommandLine;

public class UserCacheTests
{
    [Fact]
    public void XDG_CACHE_HOME_decides_where_caches_go() => Assert.Equal("/var/xdg/mltransfer", UserCache.Folder(_ => "/var/xdg", "/home/ada"));

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("relative/is/invalid")]
    public void Without_a_valid_one_caches_go_below_the_home_folder(string? variable) =>
        Assert.Equal("/home/ada/.cache/mltransfer", UserCache.Folder(_ => variable, "/home/ada"));
}
