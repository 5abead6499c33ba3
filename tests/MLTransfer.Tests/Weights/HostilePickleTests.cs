using MLTransfer.Tests.Reference;
using MLTransfer.Weights;

namespace MLTransfer.Tests.Weights;

public sealed class HostilePickleTests : IDisposable
{
    private static readonly byte[] SixteenBytes = new byte[16];
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("os", "system")]
    [InlineData("posix", "system")]
    [InlineData("builtins", "eval")]
    [InlineData("torch", "load")]
    [InlineData("torch._utils", "_rebuild_tensor_v2.__globals__")]
    [InlineData("builtins", "getattr")]
    [InlineData("numpy.core.multiarray", "fromfile")]
    [InlineData("numpy.testing._private.utils", "runstring")]
    [InlineData("functools", "partial")]
    [InlineData("torch.nn.modules.linear", "Linear")]
    public void A_pickle_that_asks_for_anything_but_tensors_is_refused_by_name(string module, string name)
    {
        byte[] classic = new TestPickle().Global(module, name).Text("touch hacked").Op('\x85').Op('R').End();
        byte[] fromStack = new TestPickle().Text(module).Text(name).Op('\x93').Text("touch hacked").Op('\x85').Op('R').End();

        Assert.Contains($"asks for '{module}.{name}'", ErrorOf(TestPth.Make(classic)));
        Assert.Contains($"asks for '{module}.{name}'", ErrorOf(TestPth.Make(fromStack)));
    }

    [NeedsPyTorchFact]
    public void A_file_that_Python_would_be_hacked_by_is_refused_and_runs_nothing()
    {
        string mark = _folder.PathOf("hacked");
        PyTorch.Run("""
            import os, sys, torch
            class Hostile:
                def __reduce__(self):
                    return os.system, ('touch ' + sys.argv[2],)
            torch.save({'weight': torch.zeros(2), 'hostile': Hostile()}, sys.argv[1])
            """, _folder.PathOf("hostile.pth"), mark);

        Assert.Contains("asks for 'posix.system'", Errors.Of(_folder.PathOf("hostile.pth")));
        Assert.False(File.Exists(mark));
    }

    [Theory]
    [InlineData("builtins", "set")]
    [InlineData("datetime", "datetime")]
    [InlineData("numpy.core.multiarray", "scalar")]
    [InlineData("omegaconf.dictconfig", "DictConfig")]
    public void What_trainers_leave_in_checkpoints_is_forgotten_whatever_it_is_given(string module, string name)
    {
        // Called, given items, a state and more of both, and used in place of a tensor.
        TestPickle pickle = new TestPickle().Op('}').Op('(').Text("weight").Tensor(4, 0, [4], [1])
            .Text("other").Global(module, name).Op('(').Text("touch hacked").Op('t').Op('R').Op('N').Op('a')
            .Op('(').Op('N').Op('N').Op('u').Text("state").Op('b').Op('N').Op('b').Op('u');
        var file = _folder.Write("checkpoint.pth", TestPth.Make(pickle.End(), SixteenBytes));
        Assert.Equal(["weight"], WeightsFile.Read(file).Keys);

        byte[] alone = new TestPickle().Op('}').Text("weight").Global(module, name).Op(')').Op('R').Op('s').End();
        Assert.Contains($"has no tensors, but 'weight', which is a {module}.{name}", ErrorOf(TestPth.Make(alone)));
        byte[] asStorage = new TestPickle().Op('}').Text("weight").Global(module, name).Op(')').Op('R').Op('Q').Op('s').End();
        Assert.Contains("refers to a storage", ErrorOf(TestPth.Make(asStorage)));
    }

    [Fact]
    public void A_member_is_asked_for_only_of_a_listed_class()
    {
        TestPickle Member(string module, string name) =>
            new TestPickle().Op('}').Text("weight").Tensor(4, 0, [4], [1]).Op('s').Op('q').Op('\0')
            .Global("builtins", "getattr").Global(module, name).Text("__globals__").Op('\x86').Op('R').Op('0').Op('h').Op('\0');
        string file = _folder.Write("enum.pth", TestPth.Make(Member("PIL.Image", "Resampling").End(), SixteenBytes));
        Assert.Equal(["weight"], WeightsFile.Read(file).Keys);
        Assert.Contains("asks for 'os.path'", ErrorOf(TestPth.Make(Member("os", "path").End(), SixteenBytes)));
    }

    [Theory]
    [InlineData("(S'a'\nios\nsystem\n", "instruction 0x53")]
    [InlineData("ios\nsystem\n", "instruction 0x69")]
    [InlineData("}(\x81", "never put")]
    [InlineData("}(\x90", "instruction 0x90")]
    [InlineData("0", "never put")]
    [InlineData("t", "never put")]
    [InlineData("}R", "never put")]
    [InlineData("NR.", "never put")]
    [InlineData("NNR", "calls something")]
    [InlineData("NNs", "never put")]
    [InlineData("NNNs", "not a dictionary")]
    [InlineData("}(Nu", "not a dictionary")]
    [InlineData("NNa", "not a list")]
    [InlineData("NNb", "that has none")]
    [InlineData("h\x05", "refers to value 5")]
    [InlineData("Nr\xff\xff\xff\xff", "numbers a value 4294967295, after 0 others")]
    [InlineData("q\0", "never put")]
    [InlineData("X\xff\xff\xff\x7f", "cut short")]
    [InlineData("\x8d\xff\xff\xff\xff\xff\xff\xff\xff", "cut short")]
    [InlineData("\x8b\xff\xff\xff\xff", "cut short")]
    [InlineData("\x95\xff\xff\xff\xff\xff\xff\xff\x7f", "cut short")]
    [InlineData("X\u0001\0\0\0\xff", "not UTF-8")]
    [InlineData("ctorch", "cut short")]
    [InlineData("\u0080\u0009", "protocol 9")]
    [InlineData("NQ", "refers to a storage")]
    [InlineData("", "cut short")]
    [InlineData("N.", "nothing")]
    [InlineData("}.", "empty")]
    [InlineData("].", "a list")]
    [InlineData("K\x01.", "neither tensors nor a dictionary")]
    public void A_pickle_that_breaks_the_machine_gives_a_clear_error(string code, string expected) =>
        Assert.Contains(expected, ErrorOf(TestPth.Make([0x80, 2, .. code.Select(character => (byte)character)])));

    [Fact]
    public void Nesting_a_million_deep_and_a_dictionary_inside_itself_do_not_overflow_the_stack()
    {
        var nested = new TestPickle();
        for (int depth = 0; depth < 1_000_000; depth++)
            nested.Op(']');
        for (int depth = 1; depth < 1_000_000; depth++)
            nested.Op('a');

        Assert.Contains("its pickle would take", ErrorOf(TestPth.Make(nested.End())));
        Assert.Contains("nested without end",
            ErrorOf(TestPth.Make(new TestPickle().Op('}').Op('q').Op('\0').Text("model").Op('h').Op('\0').Op('s').End())));
    }

    [Fact]
    public void A_memo_bomb_stays_as_small_as_its_file()
    {
        // Each list holds the one before it ten times: a thousand levels would be 10^1000 values if anything unfolded them.
        var bomb = new TestPickle().Op(']').Op('q').Op('\0').Op('0');
        for (int level = 0; level < 1000; level++)
        {
            bomb.Op(']').Op('(');
            for (int copy = 0; copy < 10; copy++)
                bomb.Op('h').Op('\0');
            bomb.Op('e').Op('q').Op('\0').Op('0');
        }

        Assert.Contains("a list", ErrorOf(TestPth.Make(bomb.Op('h').Op('\0').End())));
    }

    [Theory]
    [InlineData(4, 0, new[] { 5 }, new[] { 1 }, "outside its storage")]
    [InlineData(4, 1, new[] { 4 }, new[] { 1 }, "outside its storage")]
    [InlineData(4, -1, new[] { 1 }, new[] { 1 }, "outside its storage")]
    [InlineData(4, 0, new[] { -1 }, new[] { 1 }, "outside its storage")]
    [InlineData(4, 3, new[] { 2 }, new[] { -1 }, "outside its storage")]
    [InlineData(4, 0, new[] { int.MaxValue, int.MaxValue, int.MaxValue }, new[] { int.MaxValue, int.MaxValue, int.MaxValue },
        "outside its storage")]
    [InlineData(4, 0, new[] { 1, 1 }, new[] { 1 }, "2 dimensions and 1 strides")]
    [InlineData(1 << 30, 0, new[] { 4 }, new[] { 1 }, "entry has 16 bytes")]
    [InlineData(4, 0, new[] { 1 << 30 }, new[] { 0 }, "would take 4294967296 bytes")]
    [InlineData(1, 0, new[] { 1 << 20, 1 << 20 }, new[] { 0, 0 }, "would take 4398046511104 bytes", 4)]
    [InlineData(4, 0, new[] { int.MaxValue, int.MaxValue, int.MaxValue, int.MaxValue, 5 }, new[] { 0, 0, 0, 0, 0 }, "bytes of memory")]
    public void A_tensor_that_says_more_than_its_storage_has_is_refused_before_memory_is_taken(
        int count, int offset, int[] shape, int[] strides, string expected, int stored = 16)
    {
        byte[] pickle = TestPth.TensorPickle(count, offset, shape, strides);

        Assert.Contains(expected, ErrorOf(TestPth.Make(pickle, new byte[stored])));
    }

    [Theory]
    [InlineData("1", "the storage '1', which is not in it")]
    [InlineData("../../../etc/passwd", "which is not in it")]
    public void A_storage_is_only_ever_an_entry_of_the_file(string key, string expected) =>
        Assert.Contains(expected, ErrorOf(TestPth.Make(TestPth.TensorPickle(4, 0, [4], [1], key), SixteenBytes)));

    [Fact]
    public void One_long_text_used_again_and_again_is_refused_before_it_costs_time()
    {
        // As the key of a storage, and as the name of a hundred thousand tensors.
        var keys = new TestPickle().Op('(').Text("storage").Global("torch", "FloatStorage").Text(new string('k', 1 << 20)).Text("cpu")
            .Number(4).Op('N').Op('t')
            .Op('Q');
        var names = new TestPickle().Text(new string('n', 1 << 20)).Op('q').Op('\0').Op('0').Op('}').Tensor(4, 0, [4], [1]).Op('q')
            .Op('\x01').Op('0')
            .Op('(').Repeated(100_000, (byte)'h', 0, (byte)'h', 1).Op('u');

        Assert.Contains("in an unknown way", ErrorOf(TestPth.Make(keys.End(), SixteenBytes)));
        Assert.Contains("1048576 characters long", ErrorOf(TestPth.Make(names.End(), SixteenBytes)));
    }

    [Fact]
    public void A_long_list_made_into_dictionaries_again_and_again_is_paid_for()
    {
        var pickle = new TestPickle().Op(']').Op('q').Op('\0').Op('(').Repeated(10_000, (byte)'N', (byte)'N', 0x86).Op('e').Op('0')
            .Global("collections", "OrderedDict").Op('q').Op('\x01').Op('0').Repeated(10_000, (byte)'h', 1, (byte)'h', 0, 0x85, (byte)'R');

        Assert.Contains("its pickle would take", ErrorOf(TestPth.Make(pickle.End())));
    }

    [Fact]
    public void What_a_file_says_of_itself_cannot_command_the_terminal() =>
        Assert.DoesNotContain(ErrorOf(TestPth.Make(new TestPickle().Global("os\u001b[2J", "system").End())), char.IsControl);

    [Fact]
    public void A_pickle_of_many_megabytes_is_refused()
    {
        var pickle = new TestPickle().Bytes(new byte[9 << 20]);

        Assert.Contains("data.pkl has", ErrorOf(TestPth.Make(pickle.End())));
    }

    private string ErrorOf(byte[] file) => Errors.Of(_folder.Write("hostile.pth", file));
}
