namespace MLTransfer.Tests.Weights;

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
