using System.Buffers.Binary;
using System.IO.Compression;
using MLTransfer.Cli.CommandLine;
using MLTransfer.Tests.Reference;

namespace MLTransfer.Cli.Tests.EndToEnd;

public sealed class DigitsTests : IDisposable
{
    private const string Mnist = "data/mnist", Images = "t10k-images-idx3-ubyte", Labels = "t10k-labels-idx1-ubyte";
    private const int Digits = 500, ImageBytes = 28 * 28;

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [NeedsSharedFact(Mnist), Trait("Category", "Long")]
    public async Task Fine_tuning_tells_digits_apart_and_its_model_scores_another_set_of_them()
    {
        var model = _folder.PathOf("digits.zip");
        var trained = await Mlt.RunAsync(
            "train", "--data", SharedFolder.PathOf(Mnist), "--mode", "finetune", "--backbone", "embedded", "--augment", "digits",
            "--epochs", "2", "--batch-size", "64",
            "--learning-rate", "1e-3", "--out", model, "--json");
        trained.AssertSuccess();
        var json = trained.Json;
        Assert.Equal((8000, 2000), (json.GetProperty("train_images").GetInt32(), json.GetProperty("val_images").GetInt32()));
        Assert.InRange(json.GetProperty("val_accuracy").GetDouble(), 0.985, 1);

        WriteAsQmnist();
        var evaluated = await Mlt.RunAsync("evaluate", "--model", model, "--data", _folder.Path, "--json");
        evaluated.AssertSuccess();
        Assert.Equal(Digits, evaluated.Json.GetProperty("images").GetInt32());
        Assert.InRange(evaluated.Json.GetProperty("micro_accuracy").GetDouble(), 0.985, 1);
    }

    /// <summary>Some of the digits in QMNIST's form: eight numbers for each image, the first of them its class.</summary>
    private void WriteAsQmnist()
    {
        byte[] images = new byte[16 + Digits * ImageBytes], labels = new byte[12 + Digits * 32];
        using (var stream = Unpacked(Images))
            stream.ReadExactly(images);
        BinaryPrimitives.WriteInt32BigEndian(images.AsSpan(4), Digits);
        using (var stream = Unpacked(Labels))
        {
            stream.ReadExactly(new byte[8]);
            for (var digit = 0; digit < Digits; digit++)
                labels[12 + digit * 32 + 3] = (byte)stream.ReadByte();
        }
        BinaryPrimitives.WriteInt32BigEndian(labels, 0x0C02);
        BinaryPrimitives.WriteInt32BigEndian(labels.AsSpan(4), Digits);
        BinaryPrimitives.WriteInt32BigEndian(labels.AsSpan(8), 8);
        _folder.Write("qmnist-test-images-idx3-ubyte", images);
        _folder.Write("qmnist-test-labels-idx2-int", labels);
    }

    private static GZipStream Unpacked(string name) =>
        new(File.OpenRead(SharedFolder.PathOf($"{Mnist}/{name}.gz")), CompressionMode.Decompress);
}
