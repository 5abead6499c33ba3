using System.Diagnostics;
using MLTransfer.Data;
using MLTransfer.Files;
using MLTransfer.Imaging;
using MLTransfer.Tests.Imaging;
using MLTransfer.Tests.Reference;

namespace MLTransfer.Tests.Files;

public sealed class UnixNamesTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose()
    {
        // .NET cannot delete files of such names either.
        if (OperatingSystem.IsLinux())
            Shell("rm -rf ./*");
        _folder.Dispose();
    }

    [Fact]
    public void Images_and_classes_whose_names_are_no_utf8_are_read()
    {
        if (!OperatingSystem.IsLinux())
            return;
        Directory.CreateDirectory(_folder.PathOf("bees"));
        _folder.Write("bees/1.png", Fixture.Bytes("plain.png"));
        // 0xE9 is é in Latin-1; only a shell makes such names.
        Shell("mkdir caf\\351; cp bees/1.png caf\\3512.png; mv caf\\3512.png caf\\351/x\\377.png; cp bees/1.png bees/\\344.png");

        ImageDataset dataset = ImageDataset.Open(_folder.Path);

        Assert.Equal([("bees", 2), ("caf\u00e9", 1)], dataset.Rows.CountBy(row => row.Label).Select(pair => (pair.Key, pair.Value)));
        Assert.All(dataset.Rows, row => Assert.Equal(Fixture.Shown().Pixels, ImageSource.FromPath(row.ImagePath).Decode().Pixels));
        Assert.Single(SameImages.FindGroups(dataset.Rows), group => group.Count == 3);
    }

    [Fact]
    public void A_split_names_them_so_that_they_are_found_again()
    {
        if (!OperatingSystem.IsLinux())
            return;
        foreach (string label in (string[])["a", "b"])
        {
            Directory.CreateDirectory(_folder.PathOf(label));
            _folder.Write($"{label}/1.png", Fixture.Bytes("plain.png"));
        }
        Shell("mv a/1.png a/\\3441.png");
        ImageDataset dataset = ImageDataset.Open(_folder.Path);

        dataset.WriteManifest(_folder.PathOf("list.csv"));

        Assert.Equal(dataset.Rows, ImageDataset.Open(_folder.PathOf("list.csv")).Rows);
    }

    [Theory]
    [InlineData("mv a/1.png a/\\3441.png; cp b/1.png a/\\3451.png")]
    [InlineData("mv a/1.png a/\\3441.png; cp b/1.png a/\\357\\277\\2751.png")]
    [InlineData("mv a \\344; cp -r b \\345")]
    public void Names_that_a_split_cannot_tell_apart_are_refused(string commands)
    {
        if (!OperatingSystem.IsLinux())
            return;
        foreach (string label in (string[])["a", "b"])
        {
            Directory.CreateDirectory(_folder.PathOf(label));
            _folder.Write($"{label}/1.png", Fixture.Bytes("plain.png"));
        }
        Shell(commands);
        ImageDataset dataset = ImageDataset.Open(_folder.Path);

        string refusal = Assert.Throws<IOException>(() => dataset.WriteManifest(_folder.PathOf("list.csv"))).Message;
        Assert.Contains("the bytes of the name", refusal, StringComparison.Ordinal);
        Assert.Contains("\ufffd", refusal, StringComparison.Ordinal);
        Assert.False(File.Exists(_folder.PathOf("list.csv")));
    }

    [Fact]
    public void A_pipe_is_refused_and_not_waited_for()
    {
        if (!OperatingSystem.IsLinux())
            return;
        Shell("mkfifo pipe.png");

        Assert.Equal(
            "it cannot be read (it is a pipe, a socket or a device, not a file)",
            Assert.Throws<ImageException>(() => ImageSource.FromPath(_folder.PathOf("pipe.png")).Decode()).Reason);
    }

    [Fact]
    public void Half_a_pair_is_told_from_a_pair() => Assert.Equal(
        OperatingSystem.IsLinux() ? [false, true, true] : [false, false, false],
        ((string[])["\U0001F480.png", "\udc80.png", "\U0001F480\udc80.png"]).Select(UnixNames.IsNotUtf8));

    private void Shell(string command)
    {
        using var shell = Process.Start(new ProcessStartInfo("/bin/sh")
        {
            WorkingDirectory = _folder.Path,
            // printf turns the octal codes into bytes.
            ArgumentList = { "-c", $"eval \"$(printf '{command}')\"" },
        })!;
        shell.WaitForExit();
        Assert.Equal(0, shell.ExitCode);
    }
}
