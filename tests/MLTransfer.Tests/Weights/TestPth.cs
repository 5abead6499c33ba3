using System.IO.Compression;

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
    public static byte[] TensorPickle(int count, int offset, int[] shape, int[] strides, string key = "0") =>
        new TestPickle().Op('}').Text("weight").Tensor(count, offset, shape, strides, key).Op('s').End();

    private static void Add(ZipArchive zip, string name, byte[] content, CompressionLevel compression)
    {
        using Stream entry = zip.CreateEntry(name, compression).Open();
        entry.Write(content);
    }
}
