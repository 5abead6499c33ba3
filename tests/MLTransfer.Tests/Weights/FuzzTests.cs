using System.Diagnostics;
using System.IO.Compression;
using System.Text;

namespace MLTransfer.Tests.Weights;

/// <summary>
/// Small files of every kind, changed at random: each is read or refused cleanly, quickly, and within the bound of memory.
/// </summary>
public class FuzzTests
{
    private const int Rounds = 10_000;
    private static readonly byte[] Numbers = [.. Enumerable.Range(0, 64).Select(number => (byte)number)];
    private static readonly byte[] Header = TestSafetensors.Small()[8..^208];

    // What is changed, and how it becomes a file: checksums and lengths around it are right, or nothing after them would ever be reached.
    private static readonly Dictionary<string, (byte[] Original, Func<byte[], byte[]> Packed)> Kinds = new()
    {
        ["a zip file"] = (TestPth.Make(Checkpoint(), Numbers, Numbers), file => file),
        ["a compressed zip file"] = (TestPth.Make(CompressionLevel.Optimal, Checkpoint(), Numbers, Numbers), file => file),
        ["a pickle in a zip file"] = (Checkpoint(), pickle => TestPth.Make(pickle, Numbers, Numbers)),
        ["a pickle of protocol 4 in a zip file"] = (Framed(), pickle => TestPth.Make(pickle, Numbers, Numbers)),
        ["a legacy file"] = (TestLegacy.Make(Checkpoint(), Numbers, Numbers), file => file),
        ["a safetensors file"] = (TestSafetensors.Small(), file => file),
        ["a safetensors header"] = (Header, header => TestSafetensors.Make(header, new byte[208])),
    };

    public static TheoryData<string> AllKinds() => [.. Kinds.Keys];

    [Theory, MemberData(nameof(AllKinds))]
    public void Ten_thousand_changed_files_are_read_or_refused_cleanly_and_quickly(string kind)
    {
        (byte[] original, Func<byte[], byte[]> packed) = Kinds[kind];
        Assert.Null(Bound.Holds(packed(original)));
        byte[][] others = [.. Kinds.Values.Select(each => each.Original)];
        var random = new Random(20240607);
        int refused = 0;
        long started = Stopwatch.GetTimestamp();

        for (int round = 0; round < Rounds; round++)
        {
            byte[] file = packed(Mutation.Of(original, others[random.Next(others.Length)], random));
            refused += Bound.Holds(file) is null ? 0 : 1;
        }

        // Changes that hit only numbers, or names, do no harm where nothing checks them.
        Assert.InRange(refused, Rounds / 4, Rounds);
        Assert.InRange(Stopwatch.GetElapsedTime(started).TotalSeconds, 0, 60);
    }

    // Two tensors, one of them a transposed part of the other's storage, among the things that training scripts add.
    private static byte[] Checkpoint() => new TestPickle().Op('}').Op('q').Op('\0').Op('(')
        .Text("epoch").Number(7)
        .Text("best").Op('G').Bytes(0x3f, 0xe0, 0, 0, 0, 0, 0, 0)
        .Text("arguments").Global("argparse", "Namespace").Op(')').Op('\x81').Op('}').Text("sizes").Op(']').Op('(').Number(1).Number(2)
        .Op('e').Op('s').Op('b')
        .Text("state_dict").Global("collections", "OrderedDict").Op(')').Op('R').Op('q').Op('\x01').Op('(')
        .Text("module.conv.weight").Tensor(16, 0, [4, 4], [4, 1])
        .Text("module.conv.part").Tensor(16, 2, [2, 3], [1, 4])
        .Text("module.conv.bias").Tensor(16, 0, [16], [1], key: "1")
        .Op('u').Op('}').Text("_metadata").Op('h').Op('\x01').Op('s').Op('b')
        .Op('u').End();

    // The same tensors by other instructions: frames, short texts, names taken from the stack.
    private static byte[] Framed()
    {
        byte[] body =
        [
            (byte)'}', 0x94, .. Short("weight"), 0x94, .. Short("torch._utils"), .. Short("_rebuild_tensor_v2"), 0x93, 0x94, (byte)'(',
            (byte)'(', .. Short("storage"), .. Short("torch"), .. Short("FloatStorage"), 0x93, .. Short("0"), .. Short("cpu"), (byte)'K',
            16, (byte)'t', (byte)'Q',
            (byte)'K', 0, (byte)'K', 4, (byte)'K', 4, 0x86, (byte)'K', 4, (byte)'K', 1, 0x86, 0x89,
            .. Short("collections"), .. Short("OrderedDict"), 0x93, (byte)')', (byte)'R', (byte)'t', (byte)'R', (byte)'s', (byte)'.',
        ];
        return [0x80, 4, 0x95, .. BitConverter.GetBytes((long)body.Length), .. body];
    }

    private static byte[] Short(string text) => [0x8c, (byte)text.Length, .. Encoding.ASCII.GetBytes(text)];
}
