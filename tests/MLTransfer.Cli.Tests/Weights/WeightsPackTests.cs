using MLTransfer.Cli.CommandLine;
using MLTransfer.Tests.Reference;
using MLTransfer.Weights;

namespace MLTransfer.Cli.Tests.Weights;

public sealed class WeightsPackTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly string _file;

    public WeightsPackTests()
    {
        using Stream embedded = typeof(WeightsFile).Assembly.GetManifestResourceStream("embedded.safetensors")!;
        _file = _folder.PathOf("embedded.safetensors");
        using FileStream copy = File.Create(_file);
        embedded.CopyTo(copy);
    }

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_package_is_made_and_how_to_train_with_it_is_shown()
    {
        var outcome = await PackAsync("1.0.0");
        outcome.AssertSuccess();
        Assert.True(File.Exists(_folder.PathOf("packages/My.Weights.1.0.0.nupkg")));
        Assert.All(
            ["dotnet nuget push",
            "train --backbone embedded --weights 'nuget:My.Weights/1.0.0#weights/embedded.safetensors&sha256=ba3e9a6a",
            "catalog: {\"backbone\":\"embedded\",\"version\":\"1.0.0\""],
            part => Assert.Contains(part, outcome.Output, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_package_that_exists_is_replaced_only_on_request()
    {
        (await PackAsync("1.0.0")).AssertSuccess();
        var second = await PackAsync("1.0.0");
        Assert.Equal(ExitCode.Usage, second.Code);
        Assert.Contains("exists; use --force", second.Error, StringComparison.Ordinal);
        var json = (await PackAsync("1.0.0", "--force", "--json")).Json;
        Assert.Equal(("embedded", "weights/embedded.safetensors"),
            (json.GetProperty("backbone").GetString(), json.GetProperty("path").GetString()));
    }

    [Fact]
    public async Task A_version_that_is_none_is_refused()
    {
        var outcome = await PackAsync("one");
        Assert.Equal(ExitCode.Usage, outcome.Code);
        Assert.Contains("The version is 'one'", outcome.Error, StringComparison.Ordinal);
    }

    private Task<Outcome> PackAsync(string version, params string[] more) => Mlt.RunAsync(
        ["weights", "pack", _file, "--id", "My.Weights", "--version", version, "--out", _folder.PathOf("packages"), .. more]);
}
