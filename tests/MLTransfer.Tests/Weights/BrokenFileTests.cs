using System.Diagnostics;
using System.Text;
using MLTransfer.Tests.Reference;
using MLTransfer.Weights;

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
        byte[] whole = SmallSafetensors();

        for (int percent = 5; percent < 100; percent += 5)
            Assert.Contains("is cut short", Errors.Of(_folder.Write("cut.safetensors", whole.AsSpan(0, whole.Length * percent / 100))));
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

    [Fact]
    public void Three_thousand_mutated_files_are_read_or_refused_cleanly_and_quickly()
    {
        byte[] pth = TestPth.Make(TestPth.TensorPickle(4, 0, [2, 2], [1, 2]), new byte[16]);
        byte[] safetensors = SmallSafetensors();
        var random = new Random(20240607);
        long started = Stopwatch.GetTimestamp();
        int refused = 0;

        for (int round = 0; round < 3000; round++)
        {
            string path = _folder.Write("mutated", Mutated(round % 3 == 0 ? safetensors : pth, random));
            try
            {
                WeightsFile.Read(path);
            }
            catch (WeightsException)
            {
                refused++;
            }
        }

        Assert.InRange(refused, 1500, 3000);
        Assert.True(Stopwatch.GetElapsedTime(started) < TimeSpan.FromSeconds(20));
    }

    private static byte[] Mutated(byte[] original, Random random)
    {
        byte[] mutated = [.. original];
        for (int change = random.Next(1, 6); change > 0; change--)
        {
            int place = random.Next(mutated.Length);
            switch (random.Next(4))
            {
                case 0: mutated[place] = (byte)random.Next(256); break;
                case 1: mutated[place] ^= (byte)(1 << random.Next(8)); break;
                case 2: mutated.AsSpan(place, Math.Min(random.Next(1, 9), mutated.Length - place)).Fill((byte)(random.Next(2) * 255)); break;
                default: mutated = [.. mutated[..place], .. mutated[random.Next(mutated.Length)..]]; break;
            }
            if (mutated.Length == 0)
                return mutated;
        }
        return mutated;
    }

    private static byte[] SmallSafetensors()
    {
        using var stream = new MemoryStream();
        SafetensorsFile.Write(stream, [new("weight", TensorType.Float32, [2, 25], new byte[200]), new("steps", TensorType.Int64, [], new byte[8])],
            new Dictionary<string, string> { ["format"] = "pt" });
        return stream.ToArray();
    }
}
