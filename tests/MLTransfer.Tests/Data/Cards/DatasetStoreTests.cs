using System.Net.Sockets;
using System.Security.Cryptography;
using MLTransfer.Data.Cards;
using MLTransfer.Downloads;
using MLTransfer.Tests.Downloads;
using MLTransfer.Tests.Reference;
using static MLTransfer.Tests.Data.Cards.TestArchive;
using static MLTransfer.Tests.Downloads.Answers;

namespace MLTransfer.Tests.Data.Cards;

public sealed class DatasetStoreTests : IDisposable
{
    private static readonly byte[] Images =
        Zip(("set/train/ants/1.jpg", "one"), ("set/train/bees/2.jpg", "two"), ("set/val/ants/3.jpg", "three"));

    private readonly TemporaryFolder _folder = new();

    private string Out => _folder.PathOf("out");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_data_set_is_downloaded_and_unpacked_once_and_found_whole_from_then_on()
    {
        using var server = new TestServer(Honest(Images));
        LocalDataset first = await Store().GetAsync(Card(server), Out), second = await Store().GetAsync(Card(server), Out);
        Assert.Equal((false, true, 3, 11L), (first.WasThere, second.WasThere, second.Files, second.Bytes));
        Assert.Equal(Path.Combine(Out, "set", "train"), second.Places["train"]);
        Assert.Equal("two", File.ReadAllText(Path.Combine(Out, "set/train/bees/2.jpg")));
        Assert.Single(server.Requests);
        Assert.Empty(Directory.GetFiles(_folder.PathOf("cache"), "*.zip", SearchOption.AllDirectories));
        Assert.Equal(["cache", "out"], Directory.GetFileSystemEntries(_folder.Path).Select(Path.GetFileName).Order());
    }

    [Fact]
    public async Task A_file_that_is_missing_from_it_is_noticed()
    {
        using var server = new TestServer(Honest(Images));
        await Store().GetAsync(Card(server), Out);
        File.Delete(Path.Combine(Out, "set/val/ants/3.jpg"));
        var error = await Assert.ThrowsAsync<IOException>(() => Store().GetAsync(Card(server), Out));
        Assert.Contains("is no longer complete: it has 2 files with 6 bytes, not 3 with 11. Remove the folder", error.Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_folder_with_something_else_is_left_alone()
    {
        using var server = new TestServer(Honest(Images));
        Directory.CreateDirectory(Out);
        File.WriteAllText(Path.Combine(Out, "mine.txt"), "mine");
        Assert.Contains("holds something else", (await Assert.ThrowsAsync<IOException>(() => Store().GetAsync(Card(server), Out))).Message,
            StringComparison.Ordinal);
        Assert.Equal(["mine.txt"], Directory.GetFiles(Out).Select(Path.GetFileName));
        Assert.Empty(server.Requests);
    }

    [Fact]
    public async Task What_comes_into_the_folder_while_it_is_downloaded_is_left_alone_and_the_download_is_kept()
    {
        using var server = new TestServer(Honest(Images));
        Directory.CreateDirectory(Out);
        var error = await Assert.ThrowsAsync<IOException>(
            () => Store().GetAsync(Card(server), Out, new Listener(_ => File.WriteAllText(Path.Combine(Out, "mine.txt"), "mine"))));
        Assert.Contains("while the data set was downloaded; it is left alone", error.Message, StringComparison.Ordinal);
        Assert.Equal(["mine.txt"], Directory.GetFiles(Out).Select(Path.GetFileName));
        File.Delete(Path.Combine(Out, "mine.txt"));
        await Store().GetAsync(Card(server), Out);
        Assert.Single(server.Requests);
    }

    [Fact]
    public async Task Wrong_bytes_are_never_unpacked()
    {
        using var server = new TestServer(Honest(Zip(("set/train/ants/1.jpg", "other"))));
        var error = await Assert.ThrowsAsync<DownloadException>(() => Store().GetAsync(Card(server), Out));
        Assert.Contains("is not what was expected", error.Message, StringComparison.Ordinal);
        Assert.False(Path.Exists(Out) || Path.Exists(Out + ".unpacking"));
    }

    [Fact]
    public async Task An_MD5_tells_damage_too()
    {
        using var server = new TestServer(Honest(Images));
        DatasetCard card = Card(server, file => file with { Sha256 = null, Md5 = new string('0', 32) });
        string actual = Convert.ToHexStringLower(CryptographicOperations.HashData(HashAlgorithmName.MD5, Images));
        DownloadException failure = await Assert.ThrowsAsync<DownloadException>(() => Store().GetAsync(card, Out));
        Assert.Contains($"with the MD5 {actual}, not 000", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_archive_that_would_write_elsewhere_leaves_nothing()
    {
        byte[] evil = Zip(("set/train/ants/1.jpg", "one"), ("../../evil", "evil"));
        using var server = new TestServer(Honest(evil));
        await Assert.ThrowsAsync<InvalidDataException>(
            () => Store().GetAsync(Card(server, file => file with { Sha256 = Hash(evil) }), Out));
        Assert.Equal(["cache"], Directory.GetFileSystemEntries(_folder.Path).Select(Path.GetFileName));
    }

    [Fact]
    public async Task Where_the_publishers_fail_a_mirror_is_asked()
    {
        using var broken = new TestServer(Status("404 Not Found"));
        using var mirror = new TestServer(Honest(Images));
        await Store().GetAsync(Card(broken, file => file with { Urls = [file.Urls[0], new(mirror.Address, "copy/set.zip")] }), Out);
        Assert.Equal("/copy/set.zip", Assert.Single(mirror.Requests).Path);
    }

    [Fact]
    public async Task A_host_that_nobody_knows_is_asked_once_and_the_connection_is_named()
    {
        using var server = new TestServer(Honest(Images));
        var attempts = new NoInternet();
        List<DownloadProgress> told = [];
        var store = new DatasetStore(Options() with
        {
            Download =
            DownloadOptions.Default with { Clock = new ImpatientClock(), HttpHandler = () => attempts }
        });
        DatasetCard card = Card(server, file => file with { Urls = [file.Urls[0], new("http://mirror.invalid/set.zip")] });
        var error = await Assert.ThrowsAsync<DownloadException>(() => store.GetAsync(card, Out, new Listener(told.Add)));
        Assert.Equal(2, attempts.Count);
        Assert.Equal([DownloadPhase.AskingMirror], told.Select(progress => progress.Phase));
        Assert.Contains("Check whether this machine has a connection to the internet, or needs a proxy (HTTPS_PROXY); try again later",
            error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Offline_what_lies_in_the_cache_is_unpacked_and_what_does_not_is_asked_for()
    {
        using var server = new TestServer(Honest(Images));
        var offline = new DatasetStore(Options() with { Offline = true });
        var error = await Assert.ThrowsAsync<DownloadException>(() => offline.GetAsync(Card(server), Out));
        Assert.Contains($"Download {server.Address}some/set.zip and put it there", error.Message, StringComparison.Ordinal);
        File.WriteAllBytes(_folder.PathOf("cache/ants-and-bees/set.zip"), Images);
        Assert.Equal(3, (await offline.GetAsync(Card(server), Out)).Files);
        Assert.Empty(server.Requests);
    }

    [Fact]
    public async Task Files_that_are_no_archives_are_taken_as_they_are()
    {
        byte[] idx = GZip([0, 0, 8, 1]);
        using var server = new TestServer(Honest(idx));
        DatasetCard card = Card(server,
            file => file with { Urls = [new(server.Address, "t10k-labels-idx1-ubyte.gz")], Sha256 = Hash(idx), Into = "raw" });
        await Store().GetAsync(card, Out);
        Assert.Equal(idx, File.ReadAllBytes(Path.Combine(Out, "raw/t10k-labels-idx1-ubyte.gz")));
    }

    [Fact]
    public async Task Lists_of_images_become_a_manifest()
    {
        byte[] pets = GZip(Tar(
            Entry("images/Abyssinian_1.jpg", "a"), Entry("images/great_pyrenees_2.jpg", "g"), Entry("images/Abyssinian_3.jpg", "a"),
            Entry("annotations/trainval.txt", "#Image CLASS-ID SPECIES BREED ID\nAbyssinian_1 1 1 1\ngreat_pyrenees_2 2 2 2\n"),
            Entry("annotations/test.txt", "Abyssinian_3 1 1 1\n")));
        using var server = new TestServer(Honest(pets));
        var file = new DatasetFile([new(server.Address, "pets.tar.gz")]) { Sha256 = Hash(pets) };
        DatasetCard card = DatasetCards.Find("oxford-pets") with { Files = [file] };
        LocalDataset dataset = await Store().GetAsync(card, Out);
        Assert.Equal(
            "image,label,split\nimages/Abyssinian_1.jpg,Abyssinian,train\nimages/great_pyrenees_2.jpg,great_pyrenees,train\n"
            + "images/Abyssinian_3.jpg,Abyssinian,test\n",
            File.ReadAllText(dataset.Places["all"]));
    }

    [Fact]
    public async Task A_list_that_names_an_absent_image_is_a_sentence()
    {
        byte[] dtd = Zip([.. new[] { "train", "val", "test" }.Select(split => ($"dtd/labels/{split}1.txt", "banded/banded_0002.jpg\n"))]);
        using var server = new TestServer(Honest(dtd));
        DatasetCard card = DatasetCards
            .Find("dtd") with
        { Files = [new DatasetFile([new(server.Address, "dtd.zip")]) { Sha256 = Hash(dtd) }] };
        Assert.Contains("names the image 'dtd/images/banded/banded_0002.jpg', which is not in the data set",
            (await Assert.ThrowsAsync<InvalidDataException>(() => Store().GetAsync(card, Out))).Message, StringComparison.Ordinal);
    }

    private sealed class Listener(Action<DownloadProgress> hear) : IProgress<DownloadProgress>
    {
        public void Report(DownloadProgress value) => hear(value);
    }

    private sealed class NoInternet : HttpMessageHandler
    {
        public int Count { get; private set; }

        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            Count++;
            throw new HttpRequestException(
                HttpRequestError.NameResolutionError, "no such host", new SocketException((int)SocketError.HostNotFound));
        }
    }

    private DatasetStore Store() => new(Options());

    private DatasetStoreOptions Options() => new()
    {
        CacheFolder = _folder.PathOf("cache"),
        Download = DownloadOptions.Default with { Clock = new ImpatientClock() },
    };

    private static DatasetCard Card(TestServer server, Func<DatasetFile, DatasetFile>? change = null) => new()
    {
        Name = "ants-and-bees",
        Title = "Ants and bees",
        Task = "classification",
        Classes = 2,
        Splits = [new("train") { Path = "set/train" }, new("val") { Path = "set/val" }],
        Layout = DatasetLayout.ImageFolder,
        Files = [(change ?? (file => file))(new DatasetFile([new(server.Address, "some/set.zip")]) { Sha256 = Hash(Images) })],
        Citation = "Nobody",
        Homepage = server.Address,
    };

    private static string Hash(byte[] content) => Convert.ToHexStringLower(SHA256.HashData(content));
}
