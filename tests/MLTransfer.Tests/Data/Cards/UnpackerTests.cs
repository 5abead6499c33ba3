using System.Formats.Tar;
using System.Text;
using MLTransfer.Data.Cards;
using MLTransfer.Tests.Reference;
using static MLTransfer.Tests.Data.Cards.TestArchive;

namespace MLTransfer.Tests.Data.Cards;

public sealed class UnpackerTests : IDisposable
{
    private static readonly UnpackLimits Limits = new(Entries: 100, Bytes: 10_000);

    private readonly TemporaryFolder _folder = new();

    private string Target => _folder.PathOf("deep/target");

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("images.zip")]
    [InlineData("images.tar")]
    [InlineData("images.tar.gz")]
    [InlineData("images.tgz")]
    public void Files_come_out_where_the_archive_says(string name)
    {
        byte[] tar = Tar(Entry("./ants/1.jpg", "one"), Entry("bees/deep/2.jpg", "two"));
        byte[] content = name.EndsWith("zip", StringComparison.Ordinal) ? Zip(("ants/1.jpg", "one"), ("bees/deep/2.jpg", "two"))
            : name.EndsWith("tar", StringComparison.Ordinal) ? tar : GZip(tar);
        IReadOnlyList<string> skipped = Unpack(name, content);
        Assert.Equal(("one", "two"), (File.ReadAllText(Path.Combine(Target, "ants/1.jpg")),
            File.ReadAllText(Path.Combine(Target, "bees/deep/2.jpg"))));
        Assert.Empty(skipped);
    }

    public static TheoryData<string, string> EvilNames() => new()
    {
        { "../evil", "leads out of the folder" },
        { "ants/../../evil", "leads out of the folder" },
        { "..\\evil", "leads out of the folder" },
        { "ants\\..\\..\\evil", "leads out of the folder" },
        { "/evil", "has an absolute name" },
        { "\\evil", "has an absolute name" },
        { "C:\\evil", "has an absolute name" },
        { "c:evil", "has an absolute name" },
        { "ants/evil\u0007", "a character that file names must not have" },
        { "ants/evil:stream", "a character that file names must not have" },
    };

    [Theory, MemberData(nameof(EvilNames))]
    public void A_zip_that_would_write_elsewhere_is_refused(string name, string reason) =>
        Refuse("evil.zip", Zip(("ants/1.jpg", "fine"), (name, "evil")), reason);

    [Theory, MemberData(nameof(EvilNames))]
    public void A_tar_that_would_write_elsewhere_is_refused(string name, string reason) =>
        Refuse("evil.tar", Tar(Entry("ants/1.jpg", "fine"), Entry(name, "evil")), reason);

    [Theory]
    [InlineData('x')]
    [InlineData('L')]
    public void A_tar_whose_header_declares_gigabytes_is_refused(char kind) => Refuse("bomb.tar", HugeHeader(kind), "is damaged");

    [Fact]
    public void Links_and_devices_of_a_tar_are_left_out_and_named()
    {
        string outside = _folder.Write("outside.txt", "untouched"u8);
        IReadOnlyList<string> skipped = Unpack("links.tar", Tar(
            Link(TarEntryType.SymbolicLink, "link", _folder.Path), Link(TarEntryType.HardLink, "hard", outside),
            new PaxTarEntry(TarEntryType.Fifo, "pipe"),
            new PaxTarEntry(TarEntryType.CharacterDevice, "device"), Entry("ants/1.jpg", "one")));
        Assert.Equal(["link", "hard", "pipe", "device"], skipped);
        Assert.Equal(["ants"], Directory.GetFileSystemEntries(Target).Select(Path.GetFileName));
        Assert.Equal("untouched", File.ReadAllText(outside));
    }

    [Fact]
    public void What_would_be_written_through_a_link_goes_into_a_folder_of_the_target()
    {
        Unpack("through.tar", Tar(Link(TarEntryType.SymbolicLink, "link", _folder.Path), Entry("link/evil", "evil")));
        Assert.False(File.Exists(_folder.PathOf("evil")));
        Assert.True(File.Exists(Path.Combine(Target, "link/evil")));
    }

    [Fact]
    public void A_link_of_a_zip_is_left_out_and_named() =>
        Assert.Equal(["link"], Unpack("link.zip", ZipWithLink("link", "/etc/passwd")));

    [Fact]
    public void More_entries_than_anybody_expects_are_refused() =>
        Refuse("many.zip", Zip([.. Enumerable.Range(0, 101).Select(index => ($"{index}", ""))]), "one of more than 100 entries");

    [Theory]
    [InlineData("bomb.zip")]
    [InlineData("bomb.tgz")]
    public void More_bytes_than_anybody_expects_are_refused(string name)
    {
        string large = new('a', 10_001);
        Refuse(name, name == "bomb.zip" ? Zip(("large", large)) : GZip(Tar(Entry("large", large))), "would bring more than 10,000 bytes");
    }

    [Fact]
    public void A_name_that_comes_twice_is_refused() => Refuse("twice.tar", Tar(Entry("a", "one"), Entry("a", "two")), "is in it twice");

    [Theory]
    [InlineData("cut.zip")]
    [InlineData("cut.tgz")]
    [InlineData("cut.tar")]
    public void An_archive_that_is_cut_short_is_a_sentence(string name)
    {
        var random = new Random(1);
        string noise = string.Concat(Enumerable.Range(0, 3000).Select(_ => (char)random.Next('a', 'z')));
        byte[] tar = Tar(Entry("a", noise)), whole = name switch { "cut.zip" => Zip(("a", noise)), "cut.tgz" => GZip(tar), _ => tar };
        Refuse(name, whole[..1500], "cannot be unpacked");
    }

    [Theory]
    [InlineData("noise.zip")]
    [InlineData("noise.tgz")]
    [InlineData("noise.tar")]
    public void What_is_no_archive_is_a_sentence(string name) =>
        Refuse(name, Encoding.ASCII.GetBytes(string.Concat(Enumerable.Repeat("<html>no archive</html>", 100))), "cannot be unpacked");

    [Fact]
    public void A_thousand_damaged_archives_end_in_sentences_or_files_and_never_elsewhere()
    {
        byte[][] archives = [Zip(("ants/1.jpg", "one"), ("bees/2.jpg", "two")),
            Tar(Entry("ants/1.jpg", "one"), Entry("bees/2.jpg", "two"))];
        var random = new Random(7);
        for (int round = 0; round < 1000; round++)
        {
            byte[] damaged = [.. archives[round % 2]];
            for (int flip = 0; flip < 1 + round % 5; flip++)
                damaged[random.Next(damaged.Length)] = (byte)random.Next(256);
            try
            {
                Unpack(round % 2 == 0 ? "damaged.zip" : "damaged.tar", damaged);
            }
            catch (Exception exception) when (exception is InvalidDataException or IOException)
            {
                Assert.Contains(_folder.Path, exception.Message, StringComparison.Ordinal);
            }
            Assert.All(Directory.GetFileSystemEntries(_folder.Path).Select(Path.GetFileName),
                name => Assert.Contains(name, new[] { "damaged.zip", "damaged.tar", "deep" }));
            if (Directory.Exists(Target))
                Directory.Delete(Target, recursive: true);
        }
    }

    private IReadOnlyList<string> Unpack(string name, byte[] content)
    {
        Directory.CreateDirectory(Target);
        return new Unpacker(_folder.Write(name, content), Target, Limits, _ => { }, CancellationToken.None).Run();
    }

    private void Refuse(string name, byte[] content, string reason)
    {
        var error = Assert.Throws<InvalidDataException>(() => Unpack(name, content));
        Assert.Contains(reason, error.Message, StringComparison.Ordinal);
        Assert.Contains($"The archive '{_folder.PathOf(name)}'", error.Message, StringComparison.Ordinal);
        Assert.Equal(new[] { "deep", name }.Order(), Directory.GetFileSystemEntries(_folder.Path).Select(Path.GetFileName).Order());
        Assert.Equal(["target"], Directory.GetFileSystemEntries(_folder.PathOf("deep")).Select(Path.GetFileName));
    }
}
