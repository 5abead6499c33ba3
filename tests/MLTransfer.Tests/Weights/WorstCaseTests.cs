using System.Diagnostics;
using System.Text;
using MLTransfer.Tests.Reference;
using MLTransfer.Weights;

namespace MLTransfer.Tests.Weights;

/// <summary>Files of a megabyte that make a reader take as much as it can be made to: the promised bound holds for them too.</summary>
public sealed class WorstCaseTests : IDisposable
{
    private const int Times = 250_000;
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    public static TheoryData<string> Instructions =>
        new("]", "}", "N\u0085", "NN\u0086", ")\u0085", "\u008a\u0002ab", "\u008a\u0009abcdefgh\u0001", "U\u0000", "U\u0001a",
        "X\u0000\u0000\u0000\u0000", "K\u0001", "G12345678", "h\u0000", "]\u0094", "\u0094", "h\u0000)R", "h\u0001h\u0002R",
        "h\u0001h\u0002\u0081", "h\u0003Q",
        "(", "(t", "(l", "}h\u0000h\u0000s", "h\u0000h\u0001a");

    [Theory, MemberData(nameof(Instructions))]
    public void No_instruction_takes_more_than_it_pays_for(string instructions)
    {
        // Known: 0 an OrderedDict's maker, 1 a tensor's, 2 the parts of a tensor, 3 a storage's name; below everything, a list to append
        // to.
        var pickle = new TestPickle().Global("collections", "OrderedDict").Op('q').Op('\0').Global("torch._utils", "_rebuild_tensor_v2")
            .Op('q').Op('\x01')
            .Op('(').Op('(').Text("storage").Global("torch", "FloatStorage").Text("0").Text("cpu").Number(4).Op('N').Op('t').Op('q')
            .Op('\x03').Op('Q')
            .Number(0).Numbers([2, 2, 1, 1]).Numbers([2, 1, 1, 1]).Op('t').Op('q').Op('\x02').Op(']')
            .Repeated(Times, [.. instructions.Select(character => (byte)character)]).End();

        Bound.Holds(TestPth.Make(pickle, new byte[16]));
        Bound.Holds(TestLegacy.Make(pickle, new byte[16]));
    }

    [Fact]
    public void A_header_of_many_empty_tensors_and_one_of_brackets_stay_within_the_bound()
    {
        var tensors = new StringBuilder("{");
        for (int index = 0; index < 20_000; index++)
            tensors.Append($"\"{index}\":{{\"dtype\":\"U8\",\"shape\":[0],\"data_offsets\":[0,0]}},");

        Bound.Holds(TestSafetensors.Make(tensors.Append("\"z\":{\"dtype\":\"U8\",\"shape\":[0],\"data_offsets\":[0,0]}}").ToString(), 0));
        Bound.Holds(TestSafetensors.Make(
            $"{{\"a\":{{\"dtype\":\"U8\",\"data_offsets\":[0,0],\"shape\":[{string.Join(',', Enumerable.Repeat(1, 500_000))}]}}}}", 0));
        Bound.Holds(TestSafetensors.Make($"{{\"a\":{new string('[', 1_000_000)}", 0));
        Bound.Holds(TestSafetensors.Make(
            $"{{\"__metadata__\":{{{string.Join(',', Enumerable.Range(0, 100_000).Select(index => $"\"{index}\":\"\""))}}}}}", 0));
    }

    [Fact]
    public void A_zip_of_many_empty_entries_stays_within_the_bound() =>
        Bound.Holds(TestPth.Make(TestPth.TensorPickle(0, 0, [0], [1]), [.. Enumerable.Repeat(Array.Empty<byte>(), 10_000)]));

    [NeedsPyTorchFact]
    public void Thousands_of_tensors_of_one_number_are_within_the_bound_and_read()
    {
        PyTorch.Run("""
            import sys, torch
            tensors = {f'layer{index}.weight': torch.tensor(float(index)) for index in range(3000)}
            torch.save(tensors, f'{sys.argv[1]}/zip.pth')
            torch.save(tensors, f'{sys.argv[1]}/legacy.pth', _use_new_zipfile_serialization=False)
            """, _folder.Path);

        Assert.All(Directory.GetFiles(_folder.Path), path => Assert.Equal(3000, WeightsFile.Read(path).Count));
    }

    [Fact]
    public void Every_refusal_takes_milliseconds()
    {
        foreach (byte[] file in Refused())
        {
            string path = _folder.Write("hostile.pth", file);
            TimeSpan quickest = Enumerable.Range(0, 5).Min(_ =>
            {
                long started = Stopwatch.GetTimestamp();
                Assert.Throws<WeightsException>(() => WeightsFile.Read(path));
                return Stopwatch.GetElapsedTime(started);
            });
            // Two milliseconds and less on an idle machine; the machine may be busy.
            Assert.InRange(quickest.TotalMilliseconds, 0, 100);
        }
    }

    private static IEnumerable<byte[]> Refused()
    {
        foreach ((string module, string name) in new[] { ("os", "system"), ("builtins", "eval"), ("torch", "load") })
        {
            byte[] pickle = new TestPickle().Global(module, name).Text("touch hacked").Op('\x85').Op('R').End();
            yield return TestPth.Make(pickle);
            yield return TestLegacy.Make(pickle);
        }
        yield return TestPth.Make(System.IO.Compression.CompressionLevel.Fastest, TestPth.TensorPickle(16 << 20, 0, [16 << 20], [1]),
            new byte[64 << 20]);
        yield return [.. BitConverter.GetBytes(long.MinValue), .. "{}"u8];
        yield return TestPth.Make(TestPth.TensorPickle(1, 0, [1 << 20, 1 << 20], [0, 0]), new byte[4]);
        yield return TestPth.Make(new TestPickle().Op('\x8b').Bytes(0xff, 0xff, 0xff, 0x7f).End());
        yield return TestPth.Make(new TestPickle().Op('X').Bytes(0xff, 0xff, 0xff, 0x7f).End());
    }
}
