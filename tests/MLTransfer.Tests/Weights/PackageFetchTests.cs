using MLTransfer.Downloads;
using MLTransfer.Tests.Downloads;
using MLTransfer.Weights;

namespace MLTransfer.Tests.Weights;

public sealed class PackageFetchTests : IDisposable
{
    private static readonly string Wanted = $"nuget:{PackageScene.Id}/1.0.0#{PackageScene.Path}&sha256={PackageScene.Hash}";
    private static readonly string Unhashed = Wanted[..Wanted.IndexOf('&', StringComparison.Ordinal)];

    private readonly PackageScene _scene = new();

    public void Dispose() => _scene.Dispose();

    [Fact]
    public async Task A_file_of_a_package_is_fetched_once_and_nothing_else_of_it_stays()
    {
        using var server = new FeedServer(PackageScene.Package(), ["1.0.0"]);
        _scene.Configure(("test", server.Address));
        LocalWeights weights = await _scene.GetAsync(Wanted);
        Assert.Equal(PackageScene.Content, File.ReadAllBytes(weights.Path!));
        Assert.Equal([$"Test.Weights.1.0.0-model-{PackageScene.Hash[..8]}.pth"], _scene.Cached);
        int requests = server.Count;
        Assert.Equal(weights.Path, (await _scene.GetAsync(Wanted)).Path);
        Assert.Equal(requests, server.Count);
    }

    [Fact]
    public async Task Its_progress_is_that_of_other_downloads()
    {
        using var server = new FeedServer(PackageScene.Package(), ["1.0.0"]);
        _scene.Configure(("test", server.Address));
        var phases = new PhaseList();
        await _scene.Store().GetAsync(WeightsReference.Parse(Wanted, "resnet18"), phases);
        Assert.Equal([DownloadPhase.Receiving, DownloadPhase.Checking, DownloadPhase.Unpacking], phases.Seen.Distinct());
    }

    [Fact]
    public async Task A_folder_of_packages_is_a_source_too_and_no_hash_is_needed()
    {
        _scene.Configure(("folder", _scene.Feed)).Offer(PackageScene.Package());
        string path = (await _scene.GetAsync(Unhashed)).Path!;
        Assert.Equal(PackageScene.Content, File.ReadAllBytes(path));
        Directory.Delete(_scene.Feed, recursive: true);
        Assert.Equal(path, (await _scene.GetAsync(Unhashed)).Path);
        // Its name has the start of its hash: what was changed there is not used.
        File.WriteAllBytes(path, [9, 9]);
        await Assert.ThrowsAsync<WeightsException>(() => _scene.GetAsync(Unhashed));
    }

    [Fact]
    public async Task A_package_that_was_restored_on_this_machine_needs_no_source()
    {
        _scene.Configure().Install(PackageScene.Package());
        Assert.Equal(PackageScene.Content, File.ReadAllBytes((await _scene.GetAsync(Wanted, offline: true)).Path!));
    }

    [Fact]
    public async Task Offline_the_error_says_how_to_get_the_package()
    {
        _scene.Configure(("folder", _scene.Feed)).Offer(PackageScene.Package());
        await FailsAsync(
            () => _scene.GetAsync(Wanted, offline: true), "nothing may be downloaded", "Restore the package Test.Weights.1.0.0");
    }

    [Fact]
    public async Task A_source_gets_the_user_name_and_the_password_of_NuGet_Config()
    {
        using var server = new FeedServer(PackageScene.Package(), ["1.0.0"], PackageScene.Password);
        _scene.Configure([("private", server.Address)], withPassword: true);
        Assert.NotNull((await _scene.GetAsync(Wanted)).Path);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_source_that_wants_another_password_is_named_without_it(bool withPassword)
    {
        using var server = new FeedServer(PackageScene.Package(), ["1.0.0"], "another");
        string address = server.Address.Replace("http://", $"http://ada:{PackageScene.Password}@", StringComparison.Ordinal);
        _scene.Configure([("private", withPassword ? server.Address : address)], withPassword);
        string message = await FailsAsync(() => _scene.GetAsync(Wanted),
            $"private ({server.Address}) asks for a user name and a password", "--username");
        Assert.DoesNotContain(PackageScene.Password, message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_source_that_answers_something_else_is_named_without_the_password()
    {
        using var server = new TestServer(Answers.Honest("<html>Hello</html>"u8.ToArray()));
        string address = $"{server.Address}v3/index.json"
            .Replace("http://", $"http://ada:{PackageScene.Password}@", StringComparison.Ordinal);
        _scene.Configure(("web", $"{address}?token={PackageScene.Password}"), ("index", address));
        string message = await FailsAsync(
            () => _scene.GetAsync(Wanted), $"web ({server.Address}v3/index.json) ", $"index ({server.Address}v3/index.json) ");
        Assert.DoesNotContain(PackageScene.Password, message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Two_files_of_one_package_are_fetched_at_once()
    {
        _scene.Configure(("folder", _scene.Feed)).Offer(PackageScene.Package());
        string[] paths = [PackageScene.Path, $"{PackageScene.Id}.nuspec"];
        await Task.WhenAll(paths.Select(path => Task.Run(() => _scene.GetAsync($"nuget:{PackageScene.Id}/1.0.0#{path}"))));
        Assert.Equal(2, _scene.Cached.Length);
    }

    [Fact]
    public async Task The_next_source_is_asked_where_one_does_not_have_it()
    {
        using var empty = new FeedServer([], []);
        using var server = new FeedServer(PackageScene.Package(), ["1.0.0"]);
        _scene.Configure(("empty", empty.Address), ("gone", _scene.Feed + "-gone"), ("full", server.Address));
        Assert.NotNull((await _scene.GetAsync(Wanted)).Path);
    }

    [Fact]
    public async Task Where_no_source_has_it_the_error_names_them_all_and_the_nearest_versions()
    {
        using var empty = new FeedServer([], []);
        using var server = new FeedServer([], ["0.1.0", "0.8.0", "0.9.0", "1.0.1", "1.1.0", "3.0.0"]);
        // Nothing listens on the first port.
        _scene.Configure(("closed", "http://127.0.0.1:1/index.json"), ("empty", empty.Address), ("old", server.Address));
        await FailsAsync(() => _scene.GetAsync(Wanted), "closed (http://127.0.0.1:1/index.json) gave no usable answer",
            $"empty ({empty.Address}) does not have it", $"old ({server.Address}) has other versions of it: 0.8.0, 0.9.0, 1.0.1, 1.1.0",
            "dotnet nuget add source URL");
    }

    [Fact]
    public async Task Without_any_source_the_error_says_how_to_add_one()
    {
        _scene.Configure();
        await FailsAsync(() => _scene.GetAsync(Wanted), "NuGet.Config names no package source for it", "dotnet nuget add source URL");
    }

    [Fact]
    public async Task A_source_that_is_mapped_to_other_packages_is_not_asked()
    {
        using var server = new FeedServer(PackageScene.Package(), ["1.0.0"]);
        _scene.Configure([("test", server.Address)], mapping: "<packageSource key='test'><package pattern='Others.*'/></packageSource>");
        await FailsAsync(() => _scene.GetAsync(Wanted), "NuGet.Config names no package source for it");
        Assert.Equal(0, server.Count);
    }

    [Theory]
    [InlineData("")]
    [InlineData("&sha256=12fca82f")]
    public async Task Over_plain_http_the_whole_hash_is_required(string hash)
    {
        using var server = new FeedServer(PackageScene.Package(), ["1.0.0"]);
        _scene.Configure(("test", server.Address));
        await FailsAsync(() => _scene.GetAsync(Unhashed + hash), "over plain http, all 64 digits of &sha256=HASH are required");
        Assert.Equal(0, server.Count);
    }

    [Fact]
    public async Task A_file_with_another_hash_is_not_used()
    {
        _scene.Configure(("folder", _scene.Feed)).Offer(PackageScene.Package(content: [1, 2, 3]));
        await FailsAsync(() => _scene.GetAsync(Wanted), "is not what was expected: 3 bytes with the SHA-256 039058c6", PackageScene.Hash);
        Assert.Empty(_scene.Cached);
    }

    [Fact]
    public async Task A_path_that_is_not_in_the_package_is_answered_with_its_files()
    {
        _scene.Configure(("folder", _scene.Feed)).Offer(PackageScene.Package());
        await FailsAsync(() => _scene.GetAsync($"nuget:{PackageScene.Id}/1.0.0#weights/modell.pth"),
            "is not in the package, whose largest files are: weights/model.pth", "Did you mean 'weights/model.pth'?");
    }

    [Fact]
    public async Task A_path_with_a_space_is_found_although_packages_write_it_as_part_of_an_address()
    {
        _scene.Configure(("folder", _scene.Feed)).Offer(PackageScene.Package("weights/my%20model.pth"));
        Assert.NotNull((await _scene.GetAsync($"nuget:{PackageScene.Id}/1.0.0#weights/my model.pth")).Path);
    }

    [Fact]
    public async Task A_broken_package_leaves_nothing_behind()
    {
        byte[] package = PackageScene.Package();
        using var server = new FeedServer(package[..(package.Length / 2)], ["1.0.0"]);
        _scene.Configure(("test", server.Address));
        await FailsAsync(() => _scene.GetAsync(Wanted), "Test.Weights.1.0.0.nupkg", "is cut short");
        Assert.Empty(_scene.Cached);
    }

    [Fact]
    public async Task A_package_whose_entry_leaves_its_folder_is_refused()
    {
        _scene.Configure().Install(PackageScene.Package("../model.pth"));
        await FailsAsync(() => _scene.GetAsync($"nuget:{PackageScene.Id}/1.0.0#../model.pth"), "../model.pth");
    }

    [Fact]
    public async Task An_entry_that_claims_more_bytes_than_it_can_have_takes_no_memory()
    {
        byte[] package = PackageScene.Package(content: new byte[100_000]);
        // The size after decompression, in the last record of the directory.
        int record = package.AsSpan().LastIndexOf("PK\x01\x02"u8);
        BitConverter.GetBytes(0x7FFF_0000).CopyTo(package, record + 24);
        _scene.Configure().Install(package);
        await FailsAsync(() => _scene.GetAsync(Wanted), "is refused", "would take 2147418112 bytes of memory");
    }

    [Fact]
    public async Task A_damaged_configuration_is_named()
    {
        _scene.Configure([], extra: "<packageSources>");
        await FailsAsync(() => _scene.GetAsync(Wanted), "NuGet.Config", "cannot be read");
    }

    [Fact]
    public async Task A_source_that_answers_nothing_is_given_up_after_the_time_for_stalls()
    {
        using var server = new TestServer(Answers.Stalled([1, 2, 3], after: 1));
        _scene.Configure(("slow", $"{server.Address}index.json"));
        var store = _scene.Store(stall: TimeSpan.FromMilliseconds(300));
        await FailsAsync(() => store.GetAsync(WeightsReference.Parse(Wanted, "resnet18")), "did not answer within 0.3 seconds");
    }

    [Fact]
    public async Task The_user_can_stop_it()
    {
        using var cancel = new CancellationTokenSource();
        using var server = new TestServer(async (request, stream, end) =>
        {
            await cancel.CancelAsync();
            await Answers.Stalled([1, 2, 3], after: 1)(request, stream, end);
        });
        _scene.Configure(("slow", $"{server.Address}index.json"));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => _scene.GetAsync(Wanted, cancel: cancel.Token));
    }

    private static async Task<string> FailsAsync(Func<Task<LocalWeights>> get, params string[] parts)
    {
        var error = await Assert.ThrowsAsync<WeightsException>(get);
        Assert.All(parts, part => Assert.Contains(part, error.Message, StringComparison.Ordinal));
        return error.Message;
    }

    private sealed class PhaseList : IProgress<DownloadProgress>
    {
        private readonly Lock _adding = new();

        public List<DownloadPhase> Seen { get; } = [];

        public void Report(DownloadProgress value)
        {
            lock (_adding)
                Seen.Add(value.Phase);
        }
    }
}
