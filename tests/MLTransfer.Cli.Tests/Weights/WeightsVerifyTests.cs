using System.Security.Cryptography;
using System.Text.Json;
using MLTransfer.Cli.CommandLine;
using MLTransfer.Tests.Reference;

namespace MLTransfer.Cli.Tests.Weights;

public sealed class WeightsVerifyTests : IDisposable
{
    private static readonly byte[] Content = [1, 2, 3];
    private static readonly string Hash = Convert.ToHexStringLower(SHA256.HashData(Content));

    private readonly TemporaryFolder _cache = new();

    public void Dispose() => _cache.Dispose();

    [Fact]
    public async Task Files_are_intact_damaged_or_unknown()
    {
        var intact = Put($"mine-{Hash[..8]}.pth");
        var unknown = Put("mine.safetensors");
        Put("mine-00000000.pth.part");
        Assert.Equal((ExitCode.Done, $"intact   {intact}\nunknown  {unknown}: its name does not state its SHA-256, which is {Hash}.\n"),
            await VerifyAsync());
        var damaged = Put("resnet18-f37072fd.pth");
        var (code, output) = await VerifyAsync();
        Assert.Equal(ExitCode.Failed, code);
        Assert.Contains($"damaged  {damaged} (resnet18/IMAGENET1K_V1): its SHA-256 is {Hash}; expected: f37072fd.", output,
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task Published_weights_are_found_by_name_and_their_absence_is_a_failure()
    {
        var damaged = Put("resnet18-f37072fd.pth");
        Assert.StartsWith($"damaged  {damaged}", (await VerifyAsync("resnet18")).Output, StringComparison.Ordinal);
        var (code, output) = await VerifyAsync("resnet50/IMAGENET1K_V1");
        Assert.Equal((ExitCode.Failed,
            "absent   resnet50-0676ba61.pth (resnet50/IMAGENET1K_V1): not on this machine. 'mlt weights get' downloads it.\n"),
            (code, output));
    }

    [Fact]
    public async Task What_was_found_out_is_told_as_json()
    {
        var (_, output) = await VerifyAsync(Put($"mine-{Hash[..8]}.pth"), "--json");
        var json = JsonDocument.Parse(output).RootElement[0];
        Assert.Equal(("intact", Hash, Hash[..8]),
            (json.GetProperty("state").GetString(), json.GetProperty("sha256").GetString(), json.GetProperty("expected").GetString()));
    }

    [Fact]
    public async Task With_nothing_to_verify_the_folders_are_named() =>
        Assert.StartsWith($"No weights in {Path.Combine(_cache.Path, "weights")}", (await VerifyAsync()).Output, StringComparison.Ordinal);

    [Fact]
    public async Task What_is_neither_a_file_nor_weights_is_a_wrong_question()
    {
        var outcome = await Mlt.RunInAsync(_cache.Path, "weights", "verify", "mine.pth");
        Assert.Equal(ExitCode.Usage, outcome.Code);
        Assert.StartsWith("mlt weights verify: 'mine.pth' is not a file. There are no weights 'mine.pth'.", outcome.Error,
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task Weights_within_the_library_have_no_file_to_verify()
    {
        var outcome = await Mlt.RunInAsync(_cache.Path, "weights", "verify", "embedded");
        Assert.Equal((ExitCode.Usage, ""), (outcome.Code, outcome.Output));
        Assert.Contains("part of MLTransfer; there is no file to verify", outcome.Error, StringComparison.Ordinal);
    }

    private async Task<(int Code, string Output)> VerifyAsync(params string[] asked)
    {
        var outcome = await Mlt.RunInAsync(_cache.Path, ["weights", "verify", .. asked]);
        return (outcome.Code, outcome.Output);
    }

    private string Put(string name)
    {
        Directory.CreateDirectory(_cache.PathOf("weights"));
        return _cache.Write(Path.Combine("weights", name), Content);
    }
}
