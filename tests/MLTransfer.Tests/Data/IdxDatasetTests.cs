using System.Buffers.Binary;
using System.IO.Compression;
using MLTransfer.Data;
using MLTransfer.Imaging;
using MLTransfer.Tests.Reference;

namespace MLTransfer.Tests.Data;

public sealed class IdxDatasetTests : IDisposable
{
    private const string Images = "t10k-images-idx3-ubyte", Labels = "t10k-labels-idx1-ubyte";
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(false, "")]
    [InlineData(true, ".gz")]
    public void Gray_images_become_three_equal_channels(bool isCompressed, string extension)
    {
        byte[] Packed(byte[] content) => isCompressed ? IdxSample.Gzipped(content) : content;
        _folder.Write(Images + extension, Packed(IdxSample.Images(3)));
        _folder.Write(Labels + extension, Packed(IdxSample.Labels(7, 0, 7)));

        ImageDataset dataset = ImageDataset.Open(_folder.PathOf(Images + extension));

        Assert.Equal([("0", "7"), ("1", "0"), ("2", "7")],
            dataset.Rows.Select(row => (row.ImagePath[(_folder.PathOf(Images + extension).Length + 2)..], row.Label)));
        Image second = ImageSource.FromPath(dataset.Rows[1].ImagePath).Decode();
        Assert.Equal((2, 3), (second.Width, second.Height));
        Assert.Equal([6, 6, 6, 7, 7, 7, 8, 8, 8, 9, 9, 9, 10, 10, 10, 11, 11, 11], second.Pixels);
    }

    [Fact]
    public void A_folder_with_both_pairs_has_two_splits()
    {
        _folder.Write("train-images-idx3-ubyte", IdxSample.Images(3));
        _folder.Write("train-images-idx3-ubyte.gz", "ignored, since it was unpacked"u8);
        _folder.Write("train-labels-idx1-ubyte.gz", IdxSample.Gzipped(IdxSample.Labels(0, 1, 1)));
        _folder.Write(Images, IdxSample.Images(2));
        _folder.Write(Labels, IdxSample.Labels(1, 0));

        ImageDataset dataset = ImageDataset.Open(_folder.Path);

        Assert.Equal(["train", "test"], dataset.Splits);
        Assert.Equal(3, dataset.Part("train").Rows.Count);
        Assert.Equal("IDX files", dataset.Format);
    }

    [Fact]
    public void The_first_column_of_qmnist_labels_is_the_class()
    {
        _folder.Write("qmnist-test-images-idx3-ubyte", IdxSample.Images(2));
        _folder.Write("qmnist-test-labels-idx2-int",
            IdxSample.Of(0x0C, [2, 3], [0, 0, 0, 5, 9, 9, 9, 9, 1, 1, 1, 1, 0, 0, 0, 8, 0, 0, 0, 7, 0, 0, 0, 6]));

        Assert.Equal(["5", "8"], ImageDataset.Open(_folder.Path).Rows.Select(row => row.Label));
    }

    [Fact]
    public void Emnist_stands_upright_and_its_classes_are_letters()
    {
        _folder.Write("emnist-letters-train-images-idx3-ubyte", IdxSample.Images(2));
        _folder.Write("emnist-letters-train-labels-idx1-ubyte", IdxSample.Labels(1, 26));

        ImageDataset dataset = ImageDataset.Open(_folder.Path);

        Assert.Equal(["a", "z"], dataset.Classes);
        Image first = ImageSource.FromPath(dataset.Rows[0].ImagePath).Decode();
        Assert.Equal((3, 2), (first.Width, first.Height));
        Assert.Equal([0, 2, 4, 1, 3, 5], first.Pixels.Where((_, index) => index % 3 == 0));
    }

    [Theory]
    [InlineData("emnist-balanced-test", 46, "t")]
    [InlineData("emnist-byclass-test", 61, "z")]
    [InlineData("emnist-digits-test", 9, "9")]
    [InlineData("emnist-mnist-test", 3, "3")]
    public void Classes_of_emnist_are_those_of_torchvision(string name, byte label, string expected)
    {
        _folder.Write($"{name}-images-idx3-ubyte", IdxSample.Images(2));
        _folder.Write($"{name}-labels-idx1-ubyte", IdxSample.Labels(0, label));

        Assert.Equal(["0", expected], ImageDataset.Open(_folder.Path).Classes);
    }

    [Fact]
    public void Classes_without_names_are_in_the_order_of_their_numbers()
    {
        _folder.Write("signs-train-images-idx3-ubyte", IdxSample.Images(3));
        _folder.Write("signs-train-labels-idx1-ubyte", IdxSample.Labels(10, 2, 31));

        Assert.Equal(["2", "10", "31"], ImageDataset.Open(_folder.Path).Classes);
    }

    [Fact]
    public void Several_data_sets_in_one_folder_are_an_error()
    {
        _folder.Write("emnist-letters-test-images-idx3-ubyte", IdxSample.Images(2));
        _folder.Write("emnist-digits-test-images-idx3-ubyte", IdxSample.Images(2));

        Assert.Contains("holds several data sets: emnist-digits, emnist-letters", ErrorOf(_folder.Path));
    }

    [Fact]
    public void Labels_that_are_missing_or_of_another_set_are_an_error()
    {
        string images = _folder.Write(Images, IdxSample.Images(3));
        Assert.Contains($"The labels of '{images}' are not in its folder.", ErrorOf(images));
        _folder.Write(Labels, IdxSample.Labels(0, 1));
        Assert.Contains("3 images and", ErrorOf(images));
        Assert.Contains("is an IDX file, but of 2 numbers: not of images", ErrorOf(_folder.PathOf(Labels)));
    }

    [Fact]
    public void A_file_that_is_cut_short_says_so_plain_or_compressed()
    {
        _folder.Write(Labels, IdxSample.Labels(0, 1, 2));
        byte[] whole = IdxSample.Images(3), zipped = IdxSample.Gzipped([.. IdxSample.Of(8, [400, 28, 28], Noise(400 * 784))]);

        Assert.Contains("is cut short: it says that it has 34 bytes, and has 20", ErrorOf(_folder.Write(Images, whole.AsSpan(0, 20))));
        for (int share = 5; share < 100; share += 5)
        {
            string error = ErrorOf(_folder.Write(Images + ".gz", zipped.AsSpan(0, zipped.Length * share / 100)));
            Assert.Contains("is cut short: it ", error);
        }
    }

    [Theory]
    [InlineData(int.MaxValue, 28, 28, "is refused: it says that it holds 2147483647 × 28 × 28 numbers")]
    [InlineData(-1, 28, 28, "a negative number of rows")]
    [InlineData(2, 3, 1, "6 bytes follow the 22 that it says it has")]
    [InlineData(0, 0, 0, "12 bytes follow")]
    public void Sizes_are_checked_before_memory_is_taken(int count, int rows, int columns, string expected) =>
        Assert.Contains(expected, ErrorOf(_folder.Write(Images, IdxSample.Of(8, [count, rows, columns], new byte[12]))));

    [Fact]
    public void A_compressed_file_cannot_declare_more_than_it_can_hold() =>
        Assert.Contains("is refused: it says that it holds 2000000 × 28 × 28",
            ErrorOf(_folder.Write(Images + ".gz", IdxSample.Gzipped(IdxSample.Of(8, [2_000_000, 28, 28], new byte[1000])))));

    [NeedsSharedFact("data/mnist")]
    public void The_digits_of_mnist_are_those_that_torchvision_reads()
    {
        ImageDataset dataset = ImageDataset.Open(SharedFolder.PathOf("data/mnist"));

        Assert.Equal(10_000, dataset.Rows.Count);
        Assert.Equal(["test"], dataset.Splits);
        Assert.Equal(["0", "1", "2", "3", "4", "5", "6", "7", "8", "9"], dataset.Classes);
        // torchvision.datasets.MNIST(train=False): targets[:10], and the sums of the pixels of the first and the last image.
        Assert.Equal(["7", "2", "1", "0", "4", "1", "4", "9", "5", "9"], dataset.Rows.Take(10).Select(row => row.Label));
        Assert.Equal((18_454, 41_833), (SumOf(dataset.Rows[0]), SumOf(dataset.Rows[^1])));
    }

    private static int SumOf(ImageRow row) => ImageSource.FromPath(row.ImagePath).Decode().Pixels.Sum(pixel => pixel) / 3;

    private static byte[] Noise(int length)
    {
        byte[] noise = new byte[length];
        new Random(1).NextBytes(noise);
        return noise;
    }

    private static string ErrorOf(string path) => Assert.Throws<InvalidDataException>(() => ImageDataset.Open(path)).Message;
}

/// <summary>IDX files written number by number.</summary>
internal static class IdxSample
{
    public static byte[] Of(byte type, int[] dimensions, params byte[] numbers)
    {
        byte[] file = [0, 0, type, (byte)dimensions.Length, .. new byte[4 * dimensions.Length], .. numbers];
        for (int index = 0; index < dimensions.Length; index++)
            BinaryPrimitives.WriteInt32BigEndian(file.AsSpan(4 + (4 * index)), dimensions[index]);
        return file;
    }

    /// <summary>Images of 2 columns and 3 rows whose pixels are numbered from 0 on.</summary>
    public static byte[] Images(int count) => Of(8, [count, 3, 2], [.. Enumerable.Range(0, 6 * count).Select(pixel => (byte)pixel)]);

    public static byte[] Labels(params byte[] labels) => Of(8, [labels.Length], labels);

    public static byte[] Gzipped(byte[] content)
    {
        using MemoryStream target = new();
        using (GZipStream zipped = new(target, CompressionLevel.Optimal))
            zipped.Write(content);
        return target.ToArray();
    }
}
