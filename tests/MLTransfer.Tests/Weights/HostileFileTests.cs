using System.IO.Compression;
using System.Text;
using MLTransfer.Tests.Reference;
using MLTransfer.Weights;

namespace MLTransfer.Tests.Weights;

public sealed class HostileZipTests : IDisposable
{
    private static readonly byte[] Pickle = TestPth.TensorPickle(4, 0, [4], [1]), Numbers = new byte[16];
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("../../etc/cron.d/job")]
    [InlineData("archive/../../job")]
    [InlineData("..")]
    [InlineData("/etc/passwd")]
    [InlineData("..\\job")]
    [InlineData("C:\\job")]
    public void An_entry_whose_name_leads_out_of_the_archive_is_refused(string name)
    {
        using var stream = new MemoryStream();
        stream.Write(TestPth.Make(Pickle, Numbers));
        using (var zip = new ZipArchive(stream, ZipArchiveMode.Update, leaveOpen: true))
            zip.CreateEntry(name);

        Assert.Contains($"its entry '{name}' points out of the archive", ErrorOf(stream.ToArray()));
    }

    [Fact]
    public void A_zip_bomb_is_refused_before_it_is_inflated()
    {
        byte[] bomb = TestPth.Make(CompressionLevel.SmallestSize, TestPth.TensorPickle(16 << 20, 0, [16 << 20], [1]), new byte[64 << 20]);

        Assert.True(bomb.Length < 100_000);
        Assert.Contains("would take 67108864 bytes", ErrorOf(bomb));
    }

    [Fact]
    public void Entries_that_share_bytes_are_refused()
    {
        byte[] file = TestPth.Make(Pickle, Numbers, Numbers);
        // The last record of the directory but one is that of the second storage: let it start where the first does.
        int[] records = PlacesOf(file, "PK\x01\x02"u8), entries = PlacesOf(file, "PK\x03\x04"u8);
        BitConverter.TryWriteBytes(file.AsSpan(records[2] + 42), entries[1]);

        Assert.Contains("shares bytes with another", ErrorOf(file));
    }

    [Theory]
    [InlineData(8, 1, "is encrypted")]
    [InlineData(10, 99, "compressed by method 99")]
    [InlineData(24, 17, "impossible size")]
    [InlineData(28, 40_000, "breaks off after 0 of 4 entries")]
    [InlineData(42, 60_000, "into the directory")]
    public void A_directory_that_cannot_be_true_is_refused(int field, ushort value, string expected)
    {
        byte[] file = TestPth.Make(Pickle, Numbers, Numbers);
        BitConverter.TryWriteBytes(file.AsSpan(PlacesOf(file, "PK\x01\x02"u8)[0] + field), value);

        Assert.Contains(expected, ErrorOf(file));
    }

    [Theory]
    [InlineData(11, 0x40, "breaks off after 4")]
    [InlineData(15, 0x7f, "lies outside it")]
    [InlineData(19, 0x7f, "lies outside it")]
    public void An_end_of_the_directory_that_cannot_be_true_is_refused(int place, byte value, string expected)
    {
        byte[] file = TestPth.Make(Pickle, Numbers, Numbers);
        file[PlacesOf(file, "PK\x05\x06"u8)[0] + place] = value;

        Assert.Contains(expected, ErrorOf(file));
    }

    private static int[] PlacesOf(byte[] file, ReadOnlySpan<byte> mark)
    {
        var places = new List<int>();
        for (int at = 0; at <= file.Length - mark.Length; at++)
        {
            if (file.AsSpan(at).StartsWith(mark))
                places.Add(at);
        }
        return [.. places];
    }

    private string ErrorOf(byte[] file) => Errors.Of(_folder.Write("hostile.pth", file));
}

public sealed class HostileLegacyTests : IDisposable
{
    private static readonly byte[] Pickle = TestPth.TensorPickle(4, 0, [4], [1]), Numbers = new byte[16];
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void An_honest_file_is_read() =>
        Assert.Equal(4, MLTransfer.Weights.WeightsFile.Read(_folder.Write("honest.th", TestLegacy.Make(Pickle, Numbers)))["weight"].Count);

    [Theory]
    [InlineData("0", 5, "has 5 elements; its pickle says 4")]
    [InlineData("0", long.MaxValue, "elements; its pickle says 4")]
    [InlineData("0", -1, "has -1 elements")]
    [InlineData("1", 4, "which the pickle does not refer to")]
    public void Storages_that_are_not_what_the_pickle_says_are_refused(string key, long count, string expected) =>
        Assert.Contains(expected, ErrorOf(TestLegacy.Raw(Pickle, TestLegacy.Keys(key), TestLegacy.Storage(count, Numbers))));

    [Fact]
    public void Storages_that_are_missing_twice_there_or_followed_by_more_are_refused()
    {
        byte[] storage = TestLegacy.Storage(4, Numbers);

        Assert.Contains("refers to the storage '0', which is not in it", ErrorOf(TestLegacy.Raw(Pickle, TestLegacy.Keys(), [])));
        Assert.Contains("or twice", ErrorOf(TestLegacy.Raw(Pickle, TestLegacy.Keys("0", "0"), [.. storage, .. storage])));
        Assert.Contains("1 bytes follow its last storage", ErrorOf(TestLegacy.Raw(Pickle, TestLegacy.Keys("0"), [.. storage, 0])));
        Assert.Contains("is not a list", ErrorOf(TestLegacy.Raw(Pickle, new TestPickle().Op('}').End(), storage)));
        Assert.Contains("not little-endian", ErrorOf(TestLegacy.Raw(Pickle, TestLegacy.Keys("0"), storage, littleEndian: false)));
    }

    [Theory]
    [InlineData(1, 4)]
    [InlineData(-1, 2)]
    [InlineData(0, -1)]
    [InlineData(int.MaxValue, int.MaxValue)]
    public void A_part_of_a_storage_that_reaches_outside_it_is_refused(int start, int length)
    {
        TestPickle pickle = new TestPickle().Op('(').Text("storage").Global("torch", "FloatStorage").Text("0").Text("cpu").Number(4)
            .Op('(').Text("part").Number(start).Number(length).Op('t').Op('t').Op('Q');

        Assert.Contains("a part of the storage '0' reaches outside it", ErrorOf(TestLegacy.Make(pickle.End(), Numbers)));
    }

    [Fact]
    public void A_pickle_of_many_megabytes_is_refused() =>
        Assert.Contains("its pickle has more than 8388608 bytes",
            ErrorOf(TestLegacy.Make(new TestPickle().Bytes([(byte)'B', 0, 0, 0xa0, 0, .. new byte[10 << 20]]).End(), Numbers)));

    [Theory]
    [InlineData(4, "names 'something that is not text'")]
    [InlineData(17, "names 'something that is not text'")]
    [InlineData(18, "an integer of 18 bytes")]
    [InlineData(1 << 20, "an integer of 1048576 bytes")]
    public void An_integer_for_a_key_is_refused_without_writing_it_out(int length, string expected)
    {
        byte[] keys = new TestPickle().Op(']').Op('(').Op('\x8b').Bytes(BitConverter.GetBytes(length)).Repeated(length, 0x7f).Op('e').End();

        Assert.Contains(expected, ErrorOf(TestLegacy.Raw(Pickle, keys, TestLegacy.Storage(4, Numbers))));
    }

    private string ErrorOf(byte[] file) => Errors.Of(_folder.Write("hostile.th", file));
}

public sealed class BrokenFileTests : IDisposable
{
    private const string MobileNet = "weights/mobilenet_v1_b12_imagenet.pth";
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [NeedsSharedFact(MobileNet)]
    public void A_pth_file_cut_short_anywhere_says_so()
    {
        byte[] whole = File.ReadAllBytes(SharedFolder.PathOf(MobileNet));

        for (int percent = 5; percent < 100; percent += 5)
            Assert.Contains("is cut short", Errors.Of(_folder.Write("cut.pth", whole.AsSpan(0, (int)(whole.Length * (percent / 100.0))))));
        Assert.Contains("is cut short", Errors.Of(_folder.Write("cut.pth", whole.AsSpan(0, whole.Length - 1))));
    }

    [Fact]
    public void A_safetensors_file_cut_short_anywhere_says_so()
    {
        byte[] whole = TestSafetensors.Small();

        for (int percent = 5; percent < 100; percent += 5)
            Assert.Contains("is cut short", Errors.Of(_folder.Write("cut.safetensors", whole.AsSpan(0, whole.Length * percent / 100))));
    }

    [Fact]
    public void A_legacy_file_cut_short_anywhere_says_so()
    {
        byte[] whole = TestLegacy.Make(TestPth.TensorPickle(16, 0, [4, 4], [4, 1]), new byte[64]);

        for (int length = 2; length < whole.Length; length++)
            Assert.Contains("is cut short", Errors.Of(_folder.Write("cut.th", whole.AsSpan(0, length))));
    }

    [Fact]
    public void A_flipped_bit_in_a_storage_is_found()
    {
        byte[] file = TestPth.Make(TestPth.TensorPickle(4, 0, [4], [1]), [.. "sixteen bytes 16"u8]);
        file[file.AsSpan().IndexOf("sixteen"u8)] ^= 1;

        Assert.Contains("does not agree with its checksum", Errors.Of(_folder.Write("flipped.pth", file)));
    }

    [Theory]
    [InlineData("", "is empty")]
    [InlineData("PK", "is cut short")]
    [InlineData("<!DOCTYPE html>", "a web page")]
    [InlineData("version https://git-lfs.github.com/spec/v1", "Git LFS")]
    [InlineData("Just some text.", "starts with the text 'Just some text.'")]
    [InlineData("\u0001\u0002\u0003", "starts with the bytes 010203")]
    public void A_file_of_another_kind_is_named_as_what_it_is(string content, string expected) =>
        Assert.Contains(expected, Errors.Of(_folder.Write("file.pth", Encoding.Latin1.GetBytes(content))));

    [Fact]
    public void A_missing_file_a_folder_and_a_zip_of_something_else_are_named_as_what_they_are()
    {
        Assert.Contains("does not exist", Errors.Of(_folder.PathOf("nothing.pth")));
        Assert.Contains("is a folder", Errors.Of(_folder.Path));
        Assert.Contains("zip file without data.pkl", Errors.Of(_folder.Write("empty.zip", [.. "PK\x05\x06"u8, .. new byte[18]])));
    }
}
