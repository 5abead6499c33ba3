using System.Formats.Tar;
using System.IO.Compression;
using System.Text;
using MLTransfer.Data;
using MLTransfer.Imaging;
using MLTransfer.Tests.Data.Cards;
using MLTransfer.Tests.Imaging;
using MLTransfer.Tests.Reference;

namespace MLTransfer.Tests.Data;

public sealed class ArchiveTests : IDisposable
{
    private static readonly string[] Entries =
        ["pets/train/cats/1.png", "pets/train/dogs/2.png", "pets/val/cats/3.png", "pets/val/dogs/4.jpg", "pets/readme.txt",
        "pets/.hidden/5.png", "__MACOSX/pets/train/cats/._1.png"];
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("zip")]
    [InlineData("tar")]
    public void Images_are_read_in_place_and_splits_are_found_below_the_folder_that_holds_all(string kind)
    {
        string path = Make(kind, Entries);

        ImageDataset dataset = ImageDataset.Open(path);

        Assert.Equal($"{kind} archive", dataset.Format);
        Assert.Equal(["train", "val"], dataset.Splits);
        Assert.Equal(["cats", "dogs"], dataset.Classes);
        Assert.Equal([.. Entries[..4].Select(entry => $"{path}!/{entry}")], dataset.Rows.Select(row => row.ImagePath));
        Assert.All(dataset.Rows, row => Assert.Equal(Fixture.Shown().Pixels, ImageSource.FromPath(row.ImagePath).Decode().Pixels));
        Assert.Equal([path], Directory.EnumerateFiles(_folder.Path));
    }

    [Fact]
    public void Several_threads_read_one_archive()
    {
        string path = Make("zip", [.. Enumerable.Range(0, 40).Select(index => $"{(index % 2 == 0 ? "a" : "b")}/{index}.png")]);
        ImageSource[] images = [.. ImageDataset.Open(path).Rows.Select(row => ImageSource.FromPath(row.ImagePath))];

        Parallel.For(0, 400, index => Assert.Equal(Fixture.Shown().Pixels, images[index % 40].Decode().Pixels));
    }

    [Fact]
    public void The_content_of_an_image_has_the_same_hash_as_its_file() => Assert.Equal(
        new FileImage(Fixture.PathOf("plain.png")).ContentHash(),
        ImageSource.FromPath($"{Make("zip", ["a/1.png"])}!/a/1.png").ContentHash());

    [Fact]
    public void A_path_with_the_mark_of_archives_is_a_plain_one_where_no_file_lies_before_it()
    {
        Directory.CreateDirectory(_folder.PathOf("odd!"));
        string path = _folder.Write("odd!/1.png", Fixture.Bytes("plain.png"));

        Assert.IsType<FileImage>(ImageSource.FromPath(path));
        Assert.Equal(Fixture.Shown().Pixels, ImageSource.FromPath(path).Decode().Pixels);
    }

    [Fact]
    public void What_is_wrong_with_one_image_is_said_of_it_alone()
    {
        string path = Make("zip", ["a/1.png"]);
        byte[] file = File.ReadAllBytes(path);
        file[60] ^= 1;
        string damaged = _folder.Write("damaged.zip", file), notes = _folder.Write("notes.txt", "no archive"u8);

        Assert.Equal("the file is there, but holds no such image", ReasonOf($"{path}!/a/2.png"));
        Assert.Contains("its entry 'a/1.png' does not agree with its checksum", ReasonOf($"{damaged}!/a/1.png"));
        Assert.Contains("holds no images that are read", ReasonOf($"{notes}!/a/1.png"));
    }

    [Fact]
    public void An_archive_that_is_replaced_is_read_again()
    {
        string path = _folder.PathOf("replaced.zip");
        File.Move(Make("zip", ["a/1.png"]), path);
        ImageSource image = ImageSource.FromPath($"{path}!/a/1.png");
        image.Decode();
        File.Move(Make("zip", ["b/1.png", "b/2.png"]), path, overwrite: true);

        Assert.Contains("holds no such image", Assert.Throws<ImageException>(() => image.Decode()).Reason);
        Assert.Equal(Fixture.Shown().Pixels, ImageSource.FromPath($"{path}!/b/2.png").Decode().Pixels);
    }

    [Theory]
    [InlineData("/etc/passwd.png")]
    [InlineData("../up.png")]
    [InlineData("a/../../up.png")]
    public void Names_that_lead_out_of_an_archive_are_refused(string name)
    {
        foreach (string kind in (string[])["zip", "tar"])
            Assert.Contains($"its entry '{name}' points out of the archive", ErrorOf(Make(kind, ["a/1.png", "b/1.png", name])));
    }

    [Fact]
    public void Links_and_devices_in_a_tar_are_left_out_with_a_warning()
    {
        string path = _folder.PathOf("odd.tar");
        using (TarWriter tar = new(File.Create(path)))
        {
            Add(tar, "a/1.png");
            Add(tar, "b/1.png");
            tar.WriteEntry(new PaxTarEntry(TarEntryType.SymbolicLink, "a/link.png") { LinkName = "/etc/passwd" });
            tar.WriteEntry(new PaxTarEntry(TarEntryType.HardLink, "a/hard.png") { LinkName = "a/1.png" });
            tar.WriteEntry(new PaxTarEntry(TarEntryType.CharacterDevice, "a/device.png") { DeviceMajor = 1, DeviceMinor = 5 });
            tar.WriteEntry(new PaxTarEntry(TarEntryType.Fifo, "a/pipe.png"));
        }

        ImageDataset dataset = ImageDataset.Open(path);

        Assert.Equal(2, dataset.Rows.Count);
        Assert.Equal($"In '{path}', 4 entries are links or devices and left out.", Assert.Single(dataset.Warnings));
    }

    [Fact]
    public void Links_in_a_zip_are_left_out_with_a_warning()
    {
        string path = _folder.PathOf("odd.zip");
        using (ZipArchive zip = new(File.Create(path), ZipArchiveMode.Create))
        {
            Add(zip, "a/1.png");
            Add(zip, "b/1.png");
            Add(zip, "b/link.png").ExternalAttributes = unchecked((int)0xA1FF0000);
        }

        Assert.Equal($"In '{path}', 1 entry is a link or a device and left out.", Assert.Single(ImageDataset.Open(path).Warnings));
    }

    [Theory]
    [InlineData("zip")]
    [InlineData("tar")]
    public void A_loose_image_beside_the_parts_belongs_to_no_class(string kind) => Assert.Equal(
        ["train", "val"], ImageDataset.Open(
        Make(kind, ["train/a/1.png", "train/b/1.png", "val/a/2.png", "val/b/2.png", "cover.png", "train/cover.png"])).Splits);

    [Theory]
    [InlineData("zip")]
    [InlineData("tar")]
    public void Folders_beside_the_parts_are_told_of_and_not_taken_for_classes(string kind)
    {
        ImageDataset dataset = ImageDataset.Open(Make(kind,
            ["train/a/1.png", "train/b/1.png", "val/a/2.png", "val/b/2.png", "test/3.png", "notes.txt", ".hidden/1.png"]));

        Assert.Equal(["train", "val"], dataset.Splits);
        Assert.Equal(
            ["1 outside the class folders ('test/3.png')", "1 .txt ('notes.txt')", "1 hidden ('.hidden/1.png')"],
                dataset.LeftOut.Select(files => files.ToString()));
    }

    [Fact]
    public void Bytes_behind_the_end_of_a_zip_are_skipped()
    {
        byte[] file = File.ReadAllBytes(Make("zip", ["a/1.png", "b/1.png"]));
        int number = 0;
        foreach (byte[] behind in (byte[][])[[0], [.. "PK"u8], [.. "PK\x05\x06"u8], new byte[100_000],
            FalseEnd(comment: 0, behind: 0), FalseEnd(comment: 0, behind: 50), FalseEnd(comment: 50, behind: 50),
            [.. Enumerable.Range(0, 3000).Select(index => (byte)(index * 7))]])
        {
            string path = _folder.Write($"behind{number++}.zip", [.. file, .. behind]);

            Assert.All(ImageDataset.Open(path).Rows, row =>
                Assert.Equal(Fixture.Shown().Pixels, ImageSource.FromPath(row.ImagePath).Decode().Pixels));
        }

        // The mark of an end whose directory would lie outside the file.
        static byte[] FalseEnd(byte comment, int behind) =>
            [.. "PK\x05\x06"u8, .. Enumerable.Repeat((byte)0x7f, 16), comment, 0, .. new byte[behind]];
    }

    [Theory]
    [InlineData(437, "\u00c4meisen", "B\u00e4ren")]
    [InlineData(1252, "caf\u00e9", "\u00c4meisen")]
    [InlineData(932, "\u732b", "\u72ac")]
    [InlineData(866, "\u043a\u043e\u0448\u043a\u0430", "\u0441\u043e\u0431\u0430\u043a\u0430")]
    [InlineData(65001, "\u00c4meisen", "\u732b")]
    public void Names_in_a_zip_without_the_mark_of_utf8_are_read_in_the_code_page_they_look_like(int codePage, string one, string other)
    {
        string path = _folder.PathOf("legacy.zip");
        Encoding encoding = CodePagesEncodingProvider.Instance.GetEncoding(codePage) ?? Encoding.UTF8;
        using (ZipArchive zip = new(File.Create(path), ZipArchiveMode.Create, leaveOpen: false, encoding))
        {
            Add(zip, $"{one}/1.png");
            Add(zip, $"{other}/1.png");
        }
        byte[] file = File.ReadAllBytes(path);
        foreach (int record in Enumerable.Range(0, file.Length - 4).Where(at => file.AsSpan(at).StartsWith("PK\x01\x02"u8)))
            file[record + 9] &= 0xF7;
        File.WriteAllBytes(path, file);

        ImageDataset dataset = ImageDataset.Open(path);

        Assert.Equal(new[] { one, other }.Order(StringComparer.Ordinal), dataset.Classes);
        Assert.All(dataset.Rows, row => Assert.Equal(Fixture.Shown().Pixels, ImageSource.FromPath(row.ImagePath).Decode().Pixels));
    }

    [Theory]
    [InlineData(8, 1, "its zip entry 'a/1.png' is encrypted. Pack it again without a password.")]
    [InlineData(10, 14, "its zip entry 'a/1.png' is compressed by method 14. Pack it again by deflate")]
    public void A_zip_of_a_kind_that_is_not_read_says_how_to_pack_it(int field, ushort value, string expected)
    {
        string path = Make("zip", ["a/1.png", "b/1.png"]);
        byte[] file = File.ReadAllBytes(path);
        BitConverter.TryWriteBytes(file.AsSpan(file.AsSpan().IndexOf("PK\x01\x02"u8) + field), value);
        File.WriteAllBytes(path, file);

        Assert.Contains(expected, ErrorOf(path));
    }

    [Fact]
    public void Folders_may_be_told_apart_by_backslashes()
    {
        ImageDataset dataset = ImageDataset.Open(Make("zip", ["set\\a\\1.png", "set\\b\\2.png", "set\\.hidden\\3.png"]));

        Assert.Equal(["a", "b"], dataset.Rows.Select(row => row.Label));
        Assert.All(dataset.Rows, row => Assert.Equal(Fixture.Shown().Pixels, ImageSource.FromPath(row.ImagePath).Decode().Pixels));
    }

    [Theory]
    [InlineData('x')]
    [InlineData('L')]
    public void A_tar_whose_header_declares_gigabytes_is_damaged(char kind)
    {
        string path = _folder.Write("bomb.tar", TestArchive.HugeHeader(kind));

        Assert.Contains($"'{path}' is damaged: its headers cannot be read", ErrorOf(path));
        Assert.Contains("is damaged: its headers cannot be read", ReasonOf($"{path}!/a/1.png"));
    }

    [Fact]
    public void A_compressed_tar_says_how_it_can_be_read()
    {
        string path = _folder.Write("images.tar.gz", IdxSample.Gzipped(File.ReadAllBytes(Make("tar", ["a/1.png", "b/1.png"]))));

        Assert.Contains("is a compressed tar archive", ErrorOf(path));
        Assert.Contains("'gzip -d'", ErrorOf(path));
    }

    [Theory]
    [InlineData("zip")]
    [InlineData("tar")]
    public void An_archive_without_folders_says_what_is_expected(string kind) =>
        Assert.Contains("has no folders of images, only 2 images without a folder", ErrorOf(Make(kind, ["1.png", "2.png"])));

    [Theory]
    [InlineData("zip")]
    [InlineData("tar")]
    public void Archives_that_are_cut_short_or_changed_give_clean_errors(string kind)
    {
        byte[] whole = File.ReadAllBytes(Make(kind, Entries));
        Random random = new(5);
        for (int round = 0; round < 300; round++)
        {
            byte[] file = [.. whole];
            if (round < 20)
                file = file[..(file.Length * round / 20)];
            else
                file[random.Next(file.Length)] = (byte)random.Next(256);
            string path = _folder.Write($"{round}.{kind}", file);
            try
            {
                foreach (ImageRow row in ImageDataset.Open(path).Rows)
                    ImageSource.FromPath(row.ImagePath).Decode();
            }
            catch (Exception exception) when (exception is InvalidDataException or ImageException)
            {
                Assert.Contains(path, exception.Message);
            }
        }
    }

    [Fact]
    public void A_zip_entry_cannot_declare_more_than_it_can_hold()
    {
        byte[] file = File.ReadAllBytes(Make("zip", ["a/1.png", "b/1.png"]));
        int record = file.AsSpan().IndexOf("PK\x01\x02"u8);
        BitConverter.TryWriteBytes(file.AsSpan(record + 24), 0x7fffffffu);
        string path = _folder.Write("bomb.zip", file);

        Assert.Contains("is refused: its entry 'a/1.png' says that it has 2,147,483,647 bytes", ReasonOf($"{path}!/a/1.png"));
    }

    [Theory]
    [InlineData(20)]
    [InlineData(130)]
    public void Names_in_a_tar_that_are_no_utf8_are_read_again_from_its_headers(int length)
    {
        // The writer knows UTF-8 only, so each # becomes a byte of Latin-1.
        string path = _folder.PathOf("legacy.tar"), end = $"{new string('n', length)}.png";
        using (TarWriter tar = new(File.Create(path), TarEntryFormat.Gnu))
        {
            foreach (string label in (string[])["caf#", "#cole"])
                tar.WriteEntry(new GnuTarEntry(TarEntryType.RegularFile,
                    $"{label}/{end}")
                { DataStream = new MemoryStream(new byte[label.Length]) });
        }
        byte[] file = File.ReadAllBytes(path);
        file.AsSpan().Replace((byte)'#', (byte)0xE9);
        for (int header = 0; header < file.Length; header += 512)
            SumAgain(file.AsSpan(header, 512));
        File.WriteAllBytes(path, file);

        ImageDataset dataset = ImageDataset.Open(path);

        Assert.Equal(["caf\u00e9", "\u00e9cole"], dataset.Classes);
        Assert.NotEqual(ImageSource.FromPath(dataset.Rows[0].ImagePath).ContentHash(),
            ImageSource.FromPath(dataset.Rows[1].ImagePath).ContentHash());
    }

    // The sum of a tar header counts its own field as blanks.
    private static void SumAgain(Span<byte> block)
    {
        Span<byte> field = block.Slice(148, 8);
        if (!block[257..].StartsWith("ustar"u8))
            return;
        field.Fill((byte)' ');
        int sum = 0;
        foreach (byte value in block)
            sum += value;
        Encoding.ASCII.GetBytes(Convert.ToString(sum, 8).PadLeft(6, '0') + "\0 ", field);
    }

    private static string ReasonOf(string path) => Assert.Throws<ImageException>(() => ImageSource.FromPath(path).Decode()).Reason;

    private static string ErrorOf(string path) => Assert.Throws<InvalidDataException>(() => ImageDataset.Open(path)).Message;

    private string Make(string kind, IReadOnlyList<string> entries)
    {
        string path = _folder.PathOf($"images.{kind}");
        using FileStream file = File.Create(path);
        if (kind == "zip")
        {
            using ZipArchive zip = new(file, ZipArchiveMode.Create);
            foreach (string entry in entries)
                Add(zip, entry);
            return path;
        }
        using TarWriter tar = new(file);
        foreach (string entry in entries)
            Add(tar, entry);
        return path;
    }

    private static ZipArchiveEntry Add(ZipArchive zip, string name)
    {
        ZipArchiveEntry entry = zip.CreateEntry(name, name.Contains("/1") ? CompressionLevel.Optimal : CompressionLevel.NoCompression);
        using Stream stream = entry.Open();
        stream.Write(Fixture.Bytes("plain.png"));
        return entry;
    }

    private static void Add(TarWriter tar, string name) =>
        tar.WriteEntry(new PaxTarEntry(TarEntryType.RegularFile, name) { DataStream = new MemoryStream(Fixture.Bytes("plain.png")) });
}
