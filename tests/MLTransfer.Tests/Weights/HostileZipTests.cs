using System.IO.Compression;
using MLTransfer.Tests.Reference;

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
