using System.IO.Compression;
using MLTransfer.Data;
using MLTransfer.Tests.Reference;

namespace MLTransfer.Tests.Data;

public sealed class SameImagesTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Files_with_the_same_bytes_are_found_whatever_their_names()
    {
        byte[] large = new byte[20_000], otherEnd = new byte[20_000];
        otherEnd[^1] = 1;
        ImageRow[] rows = [Row("a.png", large), Row("b.png", [1, 2]), Row("c.png", large), Row("d.png", otherEnd), Row("e.png", [1, 3]),
            Row("f.png", [1, 2])];

        Assert.Equal(["a.png c.png", "b.png f.png"],
            SameImages.FindGroups(rows).Select(group => string.Join(' ', group.Select(row => Path.GetFileName(row.ImagePath)))).Order());
    }

    [Fact]
    public void Files_that_are_empty_or_not_there_are_left_to_others() => Assert.Empty(
        SameImages.FindGroups([Row("a.png", []), Row("b.png", []), new ImageRow(_folder.PathOf("no.png"), "a"),
            new ImageRow(_folder.PathOf("no.png"), "a")]));

    [Fact]
    public void Entries_of_an_archive_and_images_of_one_shape_are_compared_by_content()
    {
        string zip = _folder.PathOf("images.zip");
        using (ZipArchive archive = ZipFile.Open(zip, ZipArchiveMode.Create))
        {
            foreach ((string name, byte content) in (ReadOnlySpan<(string, byte)>)[("a/1.png", 1), ("a/2.png", 2), ("b/3.png", 1)])
            {
                using Stream entry = archive.CreateEntry(name).Open();
                entry.Write([content, 0, 0]);
            }
        }
        string wide = _folder.Write("wide-images-idx3-ubyte", IdxSample.Of(8, [2, 1, 4], new byte[8]));
        string high = _folder.Write("high-images-idx3-ubyte", IdxSample.Of(8, [1, 4, 1], new byte[4]));
        string[] paths = [$"{zip}!/a/1.png", $"{zip}!/a/2.png", $"{zip}!/b/3.png", $"{wide}!/0", $"{high}!/0", $"{wide}!/1"];

        Assert.Equal([$"{zip}!/a/1.png {zip}!/b/3.png", $"{wide}!/0 {wide}!/1"],
            SameImages.FindGroups(paths.Select(path => new ImageRow(path, "a")))
                .Select(group => string.Join(' ', group.Select(row => row.ImagePath))).Order());
    }

    private ImageRow Row(string name, byte[] content) => new(_folder.Write(name, content), "a");
}
