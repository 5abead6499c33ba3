using System.Text;
using MLTransfer.Tests.Reference;

namespace MLTransfer.Tests.Weights;

public sealed class BrokenFileTests : IDisposable
{
    private const string MobileNet = "weights/mobilenet_v1_b12_imagenet.pth";
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [NeedsSharedFact(MobileNet)]
    public void A_pth_file_cut_short_anywhere_says_so()
    {
        byte[] whole = File.ReadAllBytes(SharedFolder.PathOf(MobileNet));

        for (int percent = 5; percent < 100; percent += 5)
            Assert.Contains("is cut short", Errors.Of(_folder.Write("cut.pth", whole.AsSpan(0, (int)(whole.Length * (percent / 100.0))))));
        Assert.Contains("is cut short", Errors.Of(_folder.Write("cut.pth", whole.AsSpan(0, whole.Length - 1))));
    }

    [Fact]
    public void A_safetensors_file_cut_short_anywhere_says_so()
    {
        byte[] whole = TestSafetensors.Small();

        for (int percent = 5; percent < 100; percent += 5)
            Assert.Contains("is cut short", Errors.Of(_folder.Write("cut.safetensors", whole.AsSpan(0, whole.Length * percent / 100))));
    }

    [Fact]
    public void A_legacy_file_cut_short_anywhere_says_so()
    {
        byte[] whole = TestLegacy.Make(TestPth.TensorPickle(16, 0, [4, 4], [4, 1]), new byte[64]);

        for (int length = 2; length < whole.Length; length++)
            Assert.Contains("is cut short", Errors.Of(_folder.Write("cut.th", whole.AsSpan(0, length))));
    }

    [Fact]
    public void A_flipped_bit_in_a_storage_is_found()
    {
        byte[] file = TestPth.Make(TestPth.TensorPickle(4, 0, [4], [1]), [.. "sixteen bytes 16"u8]);
        file[file.AsSpan().IndexOf("sixteen"u8)] ^= 1;

        Assert.Contains("does not agree with its checksum", Errors.Of(_folder.Write("flipped.pth", file)));
    }

    [Theory]
    [InlineData("", "is empty")]
    [InlineData("PK", "is cut short")]
    [InlineData("<!DOCTYPE html>", "a web page")]
    [InlineData("version https://git-lfs.github.com/spec/v1", "Git LFS")]
    [InlineData("Just some text.", "starts with the text 'Just some text.'")]
    [InlineData("\u0001\u0002\u0003", "starts with the bytes 010203")]
    public void A_file_of_another_kind_is_named_as_what_it_is(string content, string expected) =>
        Assert.Contains(expected, Errors.Of(_folder.Write("file.pth", Encoding.Latin1.GetBytes(content))));

    [Fact]
    public void A_missing_file_a_folder_and_a_zip_of_something_else_are_named_as_what_they_are()
    {
        Assert.Contains("does not exist", Errors.Of(_folder.PathOf("nothing.pth")));
        Assert.Contains("is a folder", Errors.Of(_folder.Path));
        Assert.Contains("zip file without data.pkl", Errors.Of(_folder.Write("empty.zip", [.. "PK\x05\x06"u8, .. new byte[18]])));
    }
}
