using System.Text;
using MLTransfer.Data;
using MLTransfer.Imaging;
using MLTransfer.Tests.Reference;
using MLTransfer.Tests.Weights;

namespace MLTransfer.Tests.Data;

public sealed class CifarDatasetTests : IDisposable
{
    private const int ImageLength = 3072;
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void The_binary_form_of_cifar_10_has_a_label_before_each_image()
    {
        for (int batch = 1; batch <= 5; batch++)
            _folder.Write($"data_batch_{batch}.bin", Records([(byte)(batch % 2)], [1]));
        _folder.Write("test_batch.bin", Records([1], [0], [1]));
        _folder.Write("batches.meta.txt", "airplane\nautomobile\n\n"u8);

        ImageDataset dataset = ImageDataset.Open(_folder.Path);

        Assert.Equal(("CIFAR-10, binary", 10, 3), (dataset.Format, dataset.Part("train").Rows.Count, dataset.Part("test").Rows.Count));
        Assert.Equal(["airplane", "automobile"], dataset.Classes);
        Assert.Equal(["automobile", "airplane", "automobile"], dataset.Part("test").Rows.Select(row => row.Label));
        CheckImage(dataset.Part("test").Rows[2], number: 2);
    }

    [Fact]
    public void The_binary_form_of_cifar_100_is_labeled_by_the_fine_label()
    {
        _folder.Write("train.bin", Records([9, 0], [9, 1]));
        _folder.Write("test.bin", Records([9, 1]));
        _folder.Write("fine_label_names.txt", "apple\nbaby\n"u8);

        ImageDataset dataset = ImageDataset.Open(_folder.Path);

        Assert.Equal("CIFAR-100, binary", dataset.Format);
        Assert.Equal(["apple", "baby", "baby"], dataset.Rows.Select(row => row.Label));
        CheckImage(dataset.Rows[1], number: 1);
    }

    [Fact]
    public void The_python_form_as_python_2_wrote_it()
    {
        Directory.CreateDirectory(_folder.PathOf("cifar-100-python"));
        _folder.Write("cifar-100-python/train", Pickled("fine_labels", 1, 0));
        _folder.Write("cifar-100-python/test", Pickled("fine_labels", 0));
        _folder.Write("cifar-100-python/meta", new TestPickle().Op('}').Op('(').Op('U').Bytes(16).Bytes("fine_label_names"u8.ToArray())
            .Op(']').Op('(').Op('U').Bytes(5).Bytes("apple"u8.ToArray()).Op('U').Bytes(4).Bytes("baby"u8.ToArray()).Op('e').Op('u').End());

        ImageDataset dataset = ImageDataset.Open(_folder.Path);

        Assert.Equal(["train", "test"], dataset.Splits);
        Assert.Equal(["baby", "apple", "apple"], dataset.Rows.Select(row => row.Label));
        CheckImage(dataset.Rows[1], number: 1);
    }

    [NeedsPyTorchFact]
    public void The_python_form_as_python_3_writes_it()
    {
        string path = _folder.PathOf("data_batch_1");
        PyTorch.Run("""
            import pickle, sys, numpy
            data = numpy.stack([(numpy.arange(3072) * 7 + number) % 251 for number in range(3)]).astype('u1')
            batch = {'batch_label': 'training batch 1 of 5', 'labels': [2, 0, 1], 'data': data, 'filenames': ['a', 'b', 'c']}
            pickle.dump(batch, open(sys.argv[1], 'wb'), protocol=2)
            """, path);

        ImageDataset dataset = ImageDataset.Open(path);

        Assert.Equal(["2", "0", "1"], dataset.Rows.Select(row => row.Label));
        CheckImage(dataset.Rows[2], number: 2);
    }

    [Fact]
    public void A_pickle_that_asks_for_anything_else_is_refused()
    {
        byte[] system = new TestPickle().Global("posix", "system").Op('(').Text("touch hacked").Op('t').Op('R').End();

        Assert.Contains("asks for 'posix.system', which images do not need: it is refused, and nothing of it was run",
            ErrorOf(_folder.Write("data_batch_1", system)));
        Assert.Contains("is a pickle without CIFAR images", ErrorOf(_folder.Write("data_batch_2", new TestPickle().Op('}').End())));
    }

    [Fact]
    public void Files_that_are_missing_or_cut_short_are_named()
    {
        _folder.Write("train.bin", Records([0, 1]).AsSpan()[..^1]);
        Assert.Contains("holds CIFAR-100, binary, without test.bin", ErrorOf(_folder.Path));
        Assert.Contains("is cut short: it has 3,073 bytes, which are not whole records of 3,074", ErrorOf(_folder.PathOf("train.bin")));
        Assert.Contains("is cut short: its pickle ends at byte",
            ErrorOf(_folder.Write("data_batch_1", Pickled("labels", 1, 0).AsSpan(0, 5000))));
    }

    // The colors of a pixel are 1,024 bytes apart.
    private static void CheckImage(ImageRow row, int number)
    {
        Image image = ImageSource.FromPath(row.ImagePath).Decode();
        byte[] planes = Planes(number);
        Assert.Equal((32, 32), (image.Width, image.Height));
        Assert.Equal(Enumerable.Range(0, ImageLength).Select(index => planes[(index % 3 * 1024) + (index / 3)]), image.Pixels);
    }

    private static byte[] Planes(int number) => [.. Enumerable.Range(0, ImageLength).Select(index => (byte)(((index * 7) + number) % 251))];

    private static byte[] Records(params byte[][] labels) => [.. labels.SelectMany((label, number) => label.Concat(Planes(number)))];

    // {'data': numpy array, KEY: [labels]} by Python 2, protocol 2, in which bytes are strings.
    private static byte[] Pickled(string key, params int[] labels)
    {
        byte[] data = [.. labels.SelectMany((_, number) => Planes(number))];
        TestPickle pickle = new TestPickle().Op('}').Op('(').Op('U').Bytes(4).Bytes("data"u8.ToArray())
            .Global("numpy.core.multiarray", "_reconstruct").Global("numpy", "ndarray").Number(0).Bytes(0x85).Op('U').Bytes(1)
            .Bytes((byte)'b').Bytes(0x87).Op('R')
            .Op('(').Number(1).Number(labels.Length).Number(ImageLength).Bytes(0x86)
            .Global("numpy", "dtype").Op('U').Bytes(2).Bytes("u1"u8.ToArray()).Number(0).Number(1).Bytes(0x87).Op('R')
            .Op('(').Number(3).Op('U').Bytes(1).Bytes((byte)'|').Op('N').Op('N').Op('N').Number(-1).Number(-1).Number(0).Op('t').Op('b')
            .Bytes(0x89).Op('T').Bytes(BitConverter.GetBytes(data.Length)).Bytes(data).Op('t').Op('b')
            .Op('U').Bytes((byte)key.Length).Bytes(Encoding.ASCII.GetBytes(key)).Op(']').Op('(');
        foreach (int label in labels)
            pickle.Op('K').Bytes((byte)label);
        return pickle.Op('e').Op('u').End();
    }

    private static string ErrorOf(string path) => Assert.Throws<InvalidDataException>(() => ImageDataset.Open(path)).Message;
}
