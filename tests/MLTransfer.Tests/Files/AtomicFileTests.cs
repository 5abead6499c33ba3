using System.Text;
using MLTransfer.Files;
using MLTransfer.Tests.Reference;

namespace MLTransfer.Tests.Files;

public sealed class AtomicFileTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void The_new_content_is_there_only_when_all_of_it_is_written()
    {
        string path = _folder.Write("model.zip", "old"u8);

        AtomicFile.Write(path, stream =>
        {
            stream.Write(Encoding.UTF8.GetBytes("new"));
            stream.Flush();
            Assert.Equal("old", File.ReadAllText(path));
        });

        Assert.Equal("new", File.ReadAllText(path));
        Assert.Equal([path], Directory.GetFiles(_folder.Path));
    }

    [Fact]
    public void A_failure_in_the_middle_keeps_the_old_file_and_leaves_nothing_behind()
    {
        string path = _folder.Write("model.zip", "old"u8);

        Assert.Throws<FormatException>(() => AtomicFile.Write(path, stream =>
        {
            stream.WriteByte(1);
            throw new FormatException();
        }));

        Assert.Equal("old", File.ReadAllText(path));
        Assert.Equal([path], Directory.GetFiles(_folder.Path));
    }

    [Fact]
    public void A_place_that_cannot_be_written_is_named_with_the_reason_before_anything_is_computed()
    {
        string missing = _folder.PathOf("no/such/model.zip");

        Assert.Contains("does not exist", Assert.Throws<DirectoryNotFoundException>(() => AtomicFile.CheckWritable(missing)).Message);
        Assert.Contains("does not exist", Assert.Throws<DirectoryNotFoundException>(() => AtomicFile.Write(missing, _ => { })).Message);
        Assert.Contains("it is a folder", Assert.Throws<IOException>(() => AtomicFile.CheckWritable(_folder.Path)).Message);
        Assert.Contains("/proc/model.zip' cannot be written",
            Assert.ThrowsAny<IOException>(() => AtomicFile.CheckWritable("/proc/model.zip")).Message);
    }

    [Fact]
    public void A_check_leaves_nothing_behind()
    {
        AtomicFile.CheckWritable(_folder.PathOf("model.zip"));

        Assert.Empty(Directory.GetFileSystemEntries(_folder.Path));
    }
}
