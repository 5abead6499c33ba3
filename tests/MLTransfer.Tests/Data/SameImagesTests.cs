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
            SameImages.Among(rows).Select(group => string.Join(' ', group.Select(row => Path.GetFileName(row.ImagePath)))).Order());
    }

    [Fact]
    public void Files_that_are_empty_or_not_there_are_left_to_others() => Assert.Empty(
        SameImages.Among([Row("a.png", []), Row("b.png", []), new ImageRow(_folder.PathOf("no.png"), "a"),
            new ImageRow(_folder.PathOf("no.png"), "a")]));

    private ImageRow Row(string name, byte[] content) => new(_folder.Write(name, content), "a");
}
