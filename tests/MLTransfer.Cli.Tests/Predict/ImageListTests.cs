using MLTransfer.Cli.CommandLine;
using MLTransfer.Cli.Predict;
using MLTransfer.Tests.Reference;

namespace MLTransfer.Cli.Tests.Predict;

public sealed class ImageListTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public ImageListTests()
    {
        Directory.CreateDirectory(_folder.PathOf("below"));
        foreach (var name in (string[])["b.JPG", "a.png", "notes.txt", "below/ü.webp"])
            _folder.Write(name, []);
    }

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_folder_gives_its_images_and_those_below_in_order() =>
        Assert.Equal([_folder.PathOf("a.png"), _folder.PathOf("b.JPG"), _folder.PathOf("below/ü.webp")], List(_folder.Path));

    [Fact]
    public void What_is_not_read_in_a_folder_is_told_in_one_line()
    {
        using var messages = new StringWriter();
        ImageList.Collect([_folder.Path], TextReader.Null, messages);
        Assert.Equal($"In '{_folder.Path}', 1 file or folder is not read: 1 .txt ('notes.txt').{Environment.NewLine}", messages.ToString());
    }

    [Fact]
    public void Names_in_another_form_of_unicode_are_the_same_files() =>
        Assert.Equal([_folder.PathOf("below/ü.webp")], List(_folder.PathOf("below/u\u0308.webp")));

    [Fact]
    public void A_named_file_is_taken_whatever_its_name() => Assert.Equal([_folder.PathOf("notes.txt")], List(_folder.PathOf("notes.txt")));

    [Fact]
    public void A_dash_reads_paths_from_standard_input_and_keeps_those_that_do_not_exist()
    {
        using var input = new StringReader("x.jpg\n\ny z.jpg\n");
        Assert.Equal(["x.jpg", "y z.jpg"], ImageList.Collect(["-"], input, TextWriter.Null).Images);
    }

    [Fact]
    public void A_list_on_standard_input_may_begin_with_a_byte_order_mark()
    {
        using var input = new StringReader("\uFEFFx.jpg\r\n\uFEFFy.jpg");
        Assert.Equal(["x.jpg", "\uFEFFy.jpg"], ImageList.Collect(["-"], input, TextWriter.Null).Images);
    }

    [Fact]
    public void What_does_not_exist_or_holds_nothing_does_not_keep_the_others_from_being_scored()
    {
        Directory.CreateDirectory(_folder.PathOf("empty"));
        _folder.Write("broken.zip", "PK\u0003\u0004 and no more"u8);
        string missing = _folder.PathOf("c.png"), there = _folder.PathOf("a.png");
        var list = ImageList.Collect([missing, _folder.PathOf("empty"), _folder.PathOf("broken.zip"), there], TextReader.Null,
            TextWriter.Null);
        Assert.Equal([missing, there], list.Images);
        Assert.Equal(3, list.Problems.Count);
        Assert.Contains("there is no such file", list.Problems[0], StringComparison.Ordinal);
    }

    [Fact]
    public void A_named_file_that_does_not_exist_is_refused() =>
        Assert.Equal($"The image is '{_folder.PathOf("c.png")}', but there is no such file.",
            Assert.Throws<UsageException>(() => List(_folder.PathOf("c.png"))).Message);

    [Fact]
    public void A_folder_without_images_is_refused()
    {
        Directory.CreateDirectory(_folder.PathOf("empty"));
        Assert.StartsWith($"'{_folder.PathOf("empty")}' holds no images.",
            Assert.Throws<UsageException>(() => List(_folder.PathOf("empty"))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_empty_list_on_standard_input_is_refused() =>
        Assert.Throws<UsageException>(() => ImageList.Collect(["-"], TextReader.Null, TextWriter.Null));

    private static IReadOnlyList<string> List(string path) => ImageList.Collect([path], TextReader.Null, TextWriter.Null).Images;
}
