using System.Text;

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
