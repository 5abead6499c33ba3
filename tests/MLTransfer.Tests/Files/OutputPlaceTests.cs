using System.Runtime.Versioning;
using System.Text;
using MLTransfer.Files;
using MLTransfer.Native;
using MLTransfer.Tests.Reference;

namespace MLTransfer.Tests.Files;

public sealed class OutputPlaceTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void The_file_behind_a_chain_of_links_is_replaced_and_the_links_stay()
    {
        Directory.CreateDirectory(_folder.PathOf("far/away"));
        Directory.CreateSymbolicLink(_folder.PathOf("near"), "far/away");
        File.WriteAllText(_folder.PathOf("far/model.zip"), "old");
        // Relative to where the link really lies, which is not where its path seems to be.
        File.CreateSymbolicLink(_folder.PathOf("far/away/second.zip"), "../model.zip");
        File.CreateSymbolicLink(_folder.PathOf("first.zip"), _folder.PathOf("near/second.zip"));

        Write(_folder.PathOf("first.zip"), "new");

        Assert.Equal("new", File.ReadAllText(_folder.PathOf("far/model.zip")));
        Assert.Equal(_folder.PathOf("near/second.zip"), new FileInfo(_folder.PathOf("first.zip")).LinkTarget);
        Assert.Equal("../model.zip", new FileInfo(_folder.PathOf("far/away/second.zip")).LinkTarget);
        Assert.Equal(["model.zip"], Directory.GetFiles(_folder.PathOf("far")).Select(Path.GetFileName));
    }

    [Fact]
    public void A_link_to_a_file_that_is_not_there_yet_makes_it()
    {
        File.CreateSymbolicLink(_folder.PathOf("link.zip"), "model.zip");

        AtomicFile.CheckWritable(_folder.PathOf("link.zip"));
        Write(_folder.PathOf("link.zip"), "new");

        Assert.Equal("new", File.ReadAllText(_folder.PathOf("model.zip")));
        Assert.Equal("model.zip", new FileInfo(_folder.PathOf("link.zip")).LinkTarget);
    }

    [Fact]
    public void A_link_into_a_folder_that_does_not_exist_is_refused_with_where_it_leads()
    {
        File.CreateSymbolicLink(_folder.PathOf("link.zip"), "gone/model.zip");
        IOException refusal = Assert.Throws<DirectoryNotFoundException>(() => AtomicFile.CheckWritable(_folder.PathOf("link.zip")));
        Assert.Contains($"it is a link to '{_folder.PathOf("gone/model.zip")}', and the folder '{_folder.PathOf("gone")}' does not exist",
            refusal.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("self.zip")]
    [InlineData("one.zip")]
    [InlineData("circle/model.zip")]
    public void Links_in_a_circle_are_refused(string name)
    {
        File.CreateSymbolicLink(_folder.PathOf("self.zip"), "self.zip");
        File.CreateSymbolicLink(_folder.PathOf("one.zip"), "other.zip");
        File.CreateSymbolicLink(_folder.PathOf("other.zip"), "one.zip");
        Directory.CreateSymbolicLink(_folder.PathOf("circle"), "circle");
        Assert.Contains("lead in a circle", Assert.Throws<IOException>(() => AtomicFile.CheckWritable(_folder.PathOf(name))).Message,
            StringComparison.Ordinal);
        Assert.Contains("lead in a circle", Assert.Throws<IOException>(() => Write(_folder.PathOf(name), "")).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void A_link_to_a_folder_and_a_file_in_place_of_a_folder_are_refused_as_such()
    {
        Directory.CreateSymbolicLink(_folder.PathOf("link"), _folder.Path);
        _folder.Write("file", "old"u8);
        Assert.Contains("it is a folder", Assert.Throws<IOException>(() => AtomicFile.CheckWritable(_folder.PathOf("link"))).Message,
            StringComparison.Ordinal);
        Assert.Contains("is a file, not a folder",
            Assert.Throws<IOException>(() => AtomicFile.CheckWritable(_folder.PathOf("file/model.zip"))).Message, StringComparison.Ordinal);
    }

    [NeedsUnixFact]
    public void A_FIFO_stays_one_and_passes_all_of_the_content_on()
    {
        string path = Made("mkfifo", _folder.PathOf("fifo"));
        AtomicFile.CheckWritable(path);
        Task<byte[]> reader = Task.Run(() => File.ReadAllBytes(path));
        byte[] content = new byte[300_000];
        new Random(1).NextBytes(content);

        AtomicFile.Write(path, stream =>
        {
            stream.Write(content.AsSpan(1));
            stream.Position = 0;
            stream.Write(content);
        });

        Assert.Equal(content, reader.Result);
        Assert.Equal(UnixFileKind.Special, UnixFile.At(path)!.Kind);
    }

    [NeedsUnixFact(Devices = true)]
    public void A_device_stays_one_behind_a_link_too()
    {
        string path = Made("mknod", _folder.PathOf("nothing"), "c", "1", "3");
        File.CreateSymbolicLink(_folder.PathOf("link.zip"), path);
        UnixFile before = UnixFile.At(path)!;

        Write(path, "new");
        Write(_folder.PathOf("link.zip"), "new");

        Assert.Equal(before, UnixFile.At(path));
        Assert.Equal(UnixFileKind.Special, before.Kind);
        Assert.Equal(path, new FileInfo(_folder.PathOf("link.zip")).LinkTarget);
        Assert.Equal(2, Directory.GetFileSystemEntries(_folder.Path).Length);
    }

    [NeedsUnixFact(Devices = true)]
    public void A_full_device_is_an_error_and_stays_a_device()
    {
        string path = Made("mknod", _folder.PathOf("full"), "c", "1", "7");
        Assert.ThrowsAny<IOException>(() => Write(path, "new"));
        Assert.Equal(UnixFileKind.Special, UnixFile.At(path)!.Kind);
    }

    [NeedsUnixFact]
    public void A_failure_while_the_content_is_made_writes_nothing_into_a_FIFO()
    {
        string path = Made("mkfifo", _folder.PathOf("fifo"));
        // Without a reader the test would hang here if the FIFO were opened.
        Assert.Throws<FormatException>(() => AtomicFile.Write(path, _ => throw new FormatException()));
    }

    [NeedsUnixFact, UnsupportedOSPlatform("windows")]
    public void Mode_and_owner_of_a_replaced_file_stay()
    {
        const UnixFileMode mode = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.GroupWrite;
        string path = _folder.Write("model.zip", "old"u8);
        File.SetUnixFileMode(path, mode);
        if (Environment.IsPrivilegedProcess)
            NeedsUnixFactAttribute.Run("chown", "12345:23456", path);
        UnixFile before = UnixFile.At(path)!;

        Write(path, "new");

        Assert.Equal("new", File.ReadAllText(path));
        Assert.Equal(mode, File.GetUnixFileMode(path));
        Assert.Equal((before.Owner, before.Group), (UnixFile.At(path)!.Owner, UnixFile.At(path)!.Group));
    }

    [NeedsUnixFact(Permissions = true)]
    public void A_file_that_may_not_be_changed_is_refused()
    {
        string path = _folder.Write("model.zip", "old"u8);
        File.SetAttributes(path, FileAttributes.ReadOnly);
        Assert.Contains("may not be changed", Assert.Throws<IOException>(() => AtomicFile.CheckWritable(path)).Message,
            StringComparison.Ordinal);
        Assert.Throws<IOException>(() => Write(path, "new"));
        Assert.Equal("old", File.ReadAllText(path));
    }

    [NeedsUnixFact]
    public void What_a_run_that_was_killed_left_in_the_folder_for_temporary_files_is_removed()
    {
        string Left(TimeSpan age)
        {
            string path = Path.Combine(Path.GetTempPath(), $"output.{Guid.NewGuid():N}.mlt-partial");
            File.WriteAllText(path, "");
            File.SetLastWriteTimeUtc(path, DateTime.UtcNow - age);
            return path;
        }
        string old = Left(TimeSpan.FromDays(2)), young = Left(TimeSpan.FromHours(1)), target = _folder.Write("held.csv", ""u8);
        using var held = new FileStream(target, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete, bufferSize: 1);

        Write($"/dev/fd/{held.SafeFileHandle.DangerousGetHandle()}", "new");

        Assert.False(File.Exists(old));
        Assert.True(File.Exists(young));
        File.Delete(young);
    }

    [NeedsUnixFact]
    public void What_a_process_holds_open_is_written_on_from_where_it_stands()
    {
        string path = _folder.Write("held.csv", "before, and what stood behind"u8);
        using var held = new FileStream(path, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete, bufferSize: 1);
        held.Position = "before".Length;
        UnixFile before = UnixFile.At(path)!;
        // Asking for the handle tells the system where the stream stands.
        string name = $"/dev/fd/{held.SafeFileHandle.DangerousGetHandle()}";
        File.CreateSymbolicLink(_folder.PathOf("link.csv"), name);

        Write(name, "1");
        Write(_folder.PathOf("link.csv"), "2");

        Assert.Equal(before.Identity, UnixFile.At(path)!.Identity);
        Assert.Equal("before12and what stood behind", File.ReadAllText(path));
    }

    [NeedsUnixFact(Permissions = true)]
    public void A_file_that_may_be_changed_in_a_folder_that_may_not_is_written_to()
    {
        Directory.CreateDirectory(_folder.PathOf("locked"));
        string path = _folder.Write("locked/model.zip", "much longer than what comes"u8);
        File.SetAttributes(_folder.PathOf("locked"), FileAttributes.ReadOnly);
        try
        {
            Write(path, "new");
            Assert.Equal("new", File.ReadAllText(path));
            Assert.Contains("may not create files", Assert.Throws<IOException>(() => Write(_folder.PathOf("locked/other.zip"), "")).Message,
                StringComparison.Ordinal);
        }
        finally
        {
            File.SetAttributes(_folder.PathOf("locked"), FileAttributes.Directory);
        }
    }

    [Fact]
    public void A_name_of_the_full_length_can_be_written()
    {
        string path = _folder.PathOf(new string('n', 251) + ".zip");
        Write(path, "new");
        Assert.Equal("new", File.ReadAllText(path));
    }

    private static void Write(string path, string content) =>
        AtomicFile.Write(path, stream => stream.Write(Encoding.UTF8.GetBytes(content)));

    private static string Made(string command, string path, params string[] more)
    {
        Assert.True(NeedsUnixFactAttribute.Run(command, [path, .. more]));
        return path;
    }
}
