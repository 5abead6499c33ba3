using MLTransfer.Files;
using MLTransfer.Tests.Reference;

namespace MLTransfer.Tests.Files;

public sealed class NamelessFileTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [NeedsUnixFact]
    public void What_is_written_can_be_read_though_the_folder_stays_empty()
    {
        using var file = NamelessFile.Create(_folder.Path, reserved: 1 << 16);
        Assert.Empty(Directory.EnumerateFileSystemEntries(_folder.Path));
        RandomAccess.Write(file, [1, 2, 3], fileOffset: 5);
        byte[] read = new byte[3];
        Assert.Equal(3, RandomAccess.Read(file, read, fileOffset: 5));
        Assert.Equal([1, 2, 3], read);
    }

    [Fact]
    public void A_folder_that_is_not_there_is_an_error() =>
        Assert.Throws<DirectoryNotFoundException>(() => NamelessFile.Create(_folder.PathOf("missing")));
}
