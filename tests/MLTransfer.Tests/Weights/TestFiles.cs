using System.IO.Compression;
using System.Text;
using MLTransfer.Weights;

namespace MLTransfer.Tests.Weights;

/// <summary>A pickle written instruction by instruction.</summary>
internal sealed class TestPickle
{
    private readonly List<byte> _bytes = [];

    public TestPickle() => Bytes(0x80, 2);

    public TestPickle Op(char code) => Bytes((byte)code);

    public TestPickle Bytes(params byte[] bytes)
    {
        _bytes.AddRange(bytes);
        return this;
    }

    public TestPickle Text(string text) =>
        Op('X').Bytes(BitConverter.GetBytes(Encoding.UTF8.GetByteCount(text))).Bytes(Encoding.UTF8.GetBytes(text));

    public TestPickle Number(int number) => Op('J').Bytes(BitConverter.GetBytes(number));

    public TestPickle Global(string module, string name) => Op('c').Bytes(Encoding.UTF8.GetBytes($"{module}\n{name}\n"));

    /// <summary>The same instructions over and over.</summary>
    public TestPickle Repeated(int times, params byte[] bytes)
    {
        for (int time = 0; time < times; time++)
            _bytes.AddRange(bytes);
        return this;
    }

    public TestPickle Numbers(int[] numbers)
    {
        Op('(');
        foreach (int number in numbers)
            Number(number);
        return Op('t');
    }

    /// <summary>A tensor of single-precision numbers, with every number as the caller wants it.</summary>
    public TestPickle Tensor(int count, int offset, int[] shape, int[] strides, string key = "0") =>
        Global("torch._utils", "_rebuild_tensor_v2").Op('(')
        .Op('(').Text("storage").Global("torch", "FloatStorage").Text(key).Text("cpu").Number(count).Op('N').Op('t').Op('Q')
        .Number(offset).Numbers(shape).Numbers(strides).Op('\x89').Global("collections", "OrderedDict").Op(')').Op('R')
        .Op('t').Op('R');

    public byte[] End() => [.. Op('.')._bytes];
}

/// <summary>Makes files in torch.save's zip format from a pickle and raw storages, honest or not.</summary>
internal static class TestPth
{
    /// <summary>A file with the pickle and these storages, in order named 0, 1, …</summary>
    public static byte[] Make(byte[] pickle, params byte[][] storages) => Make(CompressionLevel.NoCompression, pickle, storages);

    public static byte[] Make(CompressionLevel compression, byte[] pickle, params byte[][] storages)
    {
        using var stream = new MemoryStream();
        using (var zip = new ZipArchive(stream, ZipArchiveMode.Create, leaveOpen: true))
        {
            Add(zip, "archive/data.pkl", pickle, compression);
            for (int index = 0; index < storages.Length; index++)
                Add(zip, $"archive/data/{index}", storages[index], compression);
            Add(zip, "archive/version", "3\n"u8.ToArray(), compression);
        }
        return stream.ToArray();
    }

    /// <summary>The pickle of one tensor named <c>weight</c>, with every number as the caller wants it.</summary>
    public static byte[] TensorPickle(int count, int offset, int[] shape, int[] strides, string key = "0") =>
        new TestPickle().Op('}').Text("weight").Tensor(count, offset, shape, strides, key).Op('s').End();

    private static void Add(ZipArchive zip, string name, byte[] content, CompressionLevel compression)
    {
        using Stream entry = zip.CreateEntry(name, compression).Open();
        entry.Write(content);
    }
}

/// <summary>Makes files in torch.save's legacy format from a pickle and raw storages, honest or not.</summary>
internal static class TestLegacy
{
    /// <summary>A file with the pickle and storages of single-precision numbers, in order named 0, 1, …</summary>
    public static byte[] Make(byte[] pickle, params byte[][] storages) => Raw(
        pickle, Keys([.. storages.Select((_, index) => $"{index}")]),
        [.. storages.SelectMany(bytes => Storage(bytes.Length / sizeof(float), bytes))]);

    /// <summary>A file with the pickle, the pickle of the keys, and what follows it.</summary>
    public static byte[] Raw(byte[] pickle, byte[] keys, byte[] storages, bool littleEndian = true) =>
    [
        0x80, 2, 0x8a, 0x0a, 0x6c, 0xfc, 0x9c, 0x46, 0xf9, 0x20, 0x6a, 0xa8, 0x50, 0x19, (byte)'.',
        .. new TestPickle().Number(1001).End(),
        .. new TestPickle().Op('}').Text("little_endian").Op(littleEndian ? '\x88' : '\x89').Op('s').End(),
        .. pickle, .. keys, .. storages,
    ];

    public static byte[] Keys(params string[] keys)
    {
        TestPickle pickle = new TestPickle().Op(']').Op('(');
        foreach (string key in keys)
            pickle.Text(key);
        return pickle.Op('e').End();
    }

    public static byte[] Storage(long count, byte[] bytes) => [.. BitConverter.GetBytes(count), .. bytes];
}

/// <summary>Makes safetensors files, honest or not.</summary>
internal static class TestSafetensors
{
    /// <summary>A small file with two tensors and metadata.</summary>
    public static byte[] Small()
    {
        using var stream = new MemoryStream();
        SafetensorsFile.Write(stream, [new("weight", TensorType.Float32, [2, 25], new byte[200]),
            new("steps", TensorType.Int64, [], new byte[8])],
            new Dictionary<string, string> { ["format"] = "pt" });
        return stream.ToArray();
    }

    /// <summary>A file with any text for a header, of the length it has.</summary>
    public static byte[] Make(string header, int data) => Make(Encoding.UTF8.GetBytes(header), new byte[data]);

    public static byte[] Make(byte[] header, byte[] data) => [.. BitConverter.GetBytes((long)header.Length), .. header, .. data];
}
