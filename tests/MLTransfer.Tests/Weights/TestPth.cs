using System.IO.Compression;
using System.Text;

namespace MLTransfer.Tests.Weights;

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
    public static byte[] TensorPickle(int count, int offset, int[] shape, int[] strides, string key = "0") => new Pickle()
        .Op('}').Text("weight")
        .Global("torch._utils", "_rebuild_tensor_v2").Op('(')
        .Op('(').Text("storage").Global("torch", "FloatStorage").Text(key).Text("cpu").Number(count).Op('t').Op('Q')
        .Number(offset).Numbers(shape).Numbers(strides).Op('\x89').Global("collections", "OrderedDict").Op(')').Op('R')
        .Op('t').Op('R').Op('s').End();

    private static void Add(ZipArchive zip, string name, byte[] content, CompressionLevel compression)
    {
        using Stream entry = zip.CreateEntry(name, compression).Open();
        entry.Write(content);
    }

    /// <summary>A pickle written instruction by instruction.</summary>
    internal sealed class Pickle
    {
        private readonly List<byte> _bytes = [];

        public Pickle() => Bytes(0x80, 2);

        public Pickle Op(char code) => Bytes((byte)code);

        public Pickle Bytes(params byte[] bytes)
        {
            _bytes.AddRange(bytes);
            return this;
        }

        public Pickle Text(string text) => Op('X').Bytes(BitConverter.GetBytes(Encoding.UTF8.GetByteCount(text))).Bytes(Encoding.UTF8.GetBytes(text));

        public Pickle Number(int number) => Op('J').Bytes(BitConverter.GetBytes(number));

        public Pickle Global(string module, string name) => Op('c').Bytes(Encoding.UTF8.GetBytes($"{module}\n{name}\n"));

        public Pickle Numbers(int[] numbers)
        {
            Op('(');
            foreach (int number in numbers)
                Number(number);
            return Op('t');
        }

        public byte[] End() => [.. Op('.')._bytes];
    }
}
