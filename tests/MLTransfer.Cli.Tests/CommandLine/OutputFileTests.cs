using MLTransfer.Cli.CommandLine;
using MLTransfer.Tests.Reference;

namespace MLTransfer.Cli.Tests.CommandLine;

public class OutputFileTests
{
    [Fact]
    public void A_folder_that_does_not_exist_is_refused()
    {
        using var folder = new TemporaryFolder();
        var refusal = Assert.Throws<UsageException>(() => OutputFile.Checked("--out", folder.PathOf("nowhere/model.zip")));
        Assert.Contains($"the folder '{folder.PathOf("nowhere")}' does not exist. Create it first.", refusal.Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void A_folder_in_place_of_the_file_is_refused()
    {
        using var folder = new TemporaryFolder();
        Assert.Throws<UsageException>(() => OutputFile.Checked("--out", folder.Path));
    }

    [Fact]
    public void A_place_that_takes_no_files_is_refused()
    {
        var refusal = Assert.Throws<UsageException>(() => OutputFile.Checked("--out", "/proc/model.zip"));
        Assert.StartsWith("--out: '/proc/model.zip' cannot be written:", refusal.Message, StringComparison.Ordinal);
    }

    [NeedsUnixFact]
    public void Standard_output_is_refused_by_each_of_its_names()
    {
        using var folder = new TemporaryFolder();
        File.CreateSymbolicLink(folder.PathOf("model.zip"), "/dev/stdout");
        foreach (var path in (string[])["/dev/stdout", "/dev/fd/1", folder.PathOf("model.zip")])
        {
            var refusal = Assert.Throws<UsageException>(() => OutputFile.Checked("--out", path));
            Assert.Equal($"--out is '{path}', which is standard output, where the results go; name a file.", refusal.Message);
        }
    }

    [NeedsUnixFact]
    public void Standard_error_is_refused()
    {
        var refusal = Assert.Throws<UsageException>(() => OutputFile.Checked("--out", "/dev/stderr"));
        Assert.EndsWith("; name a file.", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Checking_leaves_nothing_behind_and_the_old_file_alone()
    {
        using var folder = new TemporaryFolder();
        var path = folder.Write("model.zip", "old"u8);
        OutputFile.Checked("--out", path);
        Assert.Equal([path], Directory.GetFiles(folder.Path));
        Assert.Equal("old", File.ReadAllText(path));
    }

    [Fact]
    public void A_failed_write_leaves_the_old_file_and_nothing_else()
    {
        using var folder = new TemporaryFolder();
        var path = folder.Write("model.zip", "old"u8);
        Assert.Throws<InvalidOperationException>(() => OutputFile.Checked("--out", path).Write(stream =>
        {
            stream.WriteByte(1);
            throw new InvalidOperationException();
        }));
        Assert.Equal([path], Directory.GetFiles(folder.Path));
        Assert.Equal("old", File.ReadAllText(path));
    }

    [Fact]
    public void A_write_replaces_the_old_file()
    {
        using var folder = new TemporaryFolder();
        var path = folder.Write("model.zip", "old"u8);
        OutputFile.Checked("--out", path).Write(stream => stream.Write("new"u8));
        Assert.Equal("new", File.ReadAllText(path));
    }
}
