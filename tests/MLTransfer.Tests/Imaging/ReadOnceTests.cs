using System.IO.Compression;
using MLTransfer.Imaging;
using MLTransfer.Tests.Reference;

namespace MLTransfer.Tests.Imaging;

/// <summary>An image that is hashed and decoded: its file is changed in between.</summary>
public sealed class ReadOnceTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    [Fact]
    public void A_file_is_hashed_and_decoded_from_one_reading() => AssertReadOnce(_folder.Write("image.png", Image));

    [Fact]
    public void An_entry_of_an_archive_is_hashed_and_decoded_from_one_reading()
    {
        string path = _folder.PathOf("images.zip");
        using (ZipArchive archive = ZipFile.Open(path, ZipArchiveMode.Create))
        {
            using Stream entry = archive.CreateEntry("image.png").Open();
            entry.Write(Image);
        }

        AssertReadOnce($"{path}!/image.png", path);
    }

    [Fact]
    public void The_hash_is_that_of_the_content_and_a_known_image_is_not_decoded()
    {
        ImageSource[] images =
        [
            ImageSource.FromPath(_folder.Write("image.png", Image)), ImageSource.FromBytes(Image),
            ImageSource.FromImage(Fixture.Shown()),
        ];
        foreach (ImageSource image in images)
        {
            byte[] hashed = [];
            Assert.Null(image.OpenUnless(Known, DecodingOptions.Default, default));
            Assert.Equal(image.ContentHash(), hashed);

            bool Known(byte[] hash)
            {
                hashed = hash;
                return true;
            }
        }
    }

    [Fact]
    public void A_damaged_file_is_an_error_whether_it_is_hashed_or_not()
    {
        ImageSource damaged = ImageSource.FromPath(_folder.Write("image.png", Image.AsSpan(0, 50)));
        string reason = Assert.Throws<ImageException>(() => damaged.Decode()).Reason;
        Assert.Equal(reason, Assert.Throws<ImageException>(() => damaged.OpenUnless(_ => false, DecodingOptions.Default, default)).Reason);
        ImageSource empty = ImageSource.FromPath(_folder.Write("empty.png", []));
        Assert.Contains(
            "empty", Assert.Throws<ImageException>(() => empty.OpenUnless(_ => true, DecodingOptions.Default, default)).Reason,
            StringComparison.Ordinal);
    }

    public void Dispose() => _folder.Dispose();

    private static byte[] Image { get; } = Fixture.Bytes("baseline.jpg");

    private static void AssertReadOnce(string path, string? file = null)
    {
        Image expected = ImageSource.FromBytes(Image).Decode();
        using DecodedPixels pixels = ImageSource.FromPath(path).OpenUnless(Spoil, DecodingOptions.Default, default)!;
        Assert.Equal(expected.Pixels, pixels.ToImage().Pixels);

        bool Spoil(byte[] hash)
        {
            File.WriteAllBytes(file ?? path, new byte[new FileInfo(file ?? path).Length]);
            return false;
        }
    }
}
