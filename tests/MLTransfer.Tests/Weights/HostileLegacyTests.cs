using MLTransfer.Tests.Reference;
using MLTransfer.Weights;

namespace MLTransfer.Tests.Weights;

public sealed class HostileLegacyTests : IDisposable
{
    private static readonly byte[] Pickle = TestPth.TensorPickle(4, 0, [4], [1]), Numbers = new byte[16];
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void An_honest_file_is_read() =>
        Assert.Equal(4, MLTransfer.Weights.WeightsFile.Read(_folder.Write("honest.th", TestLegacy.Make(Pickle, Numbers)))["weight"].Count);

    [Theory]
    [InlineData("0", 5, "has 5 elements; its pickle says 4")]
    [InlineData("0", long.MaxValue, "elements; its pickle says 4")]
    [InlineData("0", -1, "has -1 elements")]
    [InlineData("1", 4, "which the pickle does not refer to")]
    public void Storages_that_are_not_what_the_pickle_says_are_refused(string key, long count, string expected) =>
        Assert.Contains(expected, ErrorOf(TestLegacy.Raw(Pickle, TestLegacy.Keys(key), TestLegacy.Storage(count, Numbers))));

    [Fact]
    public void Storages_that_are_missing_twice_there_or_followed_by_more_are_refused()
    {
        byte[] storage = TestLegacy.Storage(4, Numbers);

        Assert.Contains("refers to the storage '0', which is not in it", ErrorOf(TestLegacy.Raw(Pickle, TestLegacy.Keys(), [])));
        Assert.Contains("or twice", ErrorOf(TestLegacy.Raw(Pickle, TestLegacy.Keys("0", "0"), [.. storage, .. storage])));
        Assert.Contains("1 bytes follow its last storage", ErrorOf(TestLegacy.Raw(Pickle, TestLegacy.Keys("0"), [.. storage, 0])));
        Assert.Contains("is not a list", ErrorOf(TestLegacy.Raw(Pickle, new TestPickle().Op('}').End(), storage)));
        Assert.Contains("not little-endian", ErrorOf(TestLegacy.Raw(Pickle, TestLegacy.Keys("0"), storage, littleEndian: false)));
    }

    [Theory]
    [InlineData(1, 4)]
    [InlineData(-1, 2)]
    [InlineData(0, -1)]
    [InlineData(int.MaxValue, int.MaxValue)]
    public void A_part_of_a_storage_that_reaches_outside_it_is_refused(int start, int length)
    {
        TestPickle pickle = new TestPickle().Op('(').Text("storage").Global("torch", "FloatStorage").Text("0").Text("cpu").Number(4)
            .Op('(').Text("part").Number(start).Number(length).Op('t').Op('t').Op('Q');

        Assert.Contains("a part of the storage '0' reaches outside it", ErrorOf(TestLegacy.Make(pickle.End(), Numbers)));
    }

    [Fact]
    public void A_pickle_of_many_megabytes_is_refused() =>
        Assert.Contains("its pickle has more than 8388608 bytes",
            ErrorOf(TestLegacy.Make(new TestPickle().Bytes([(byte)'B', 0, 0, 0xa0, 0, .. new byte[10 << 20]]).End(), Numbers)));

    [Theory]
    [InlineData(4, "names 'something that is not text'")]
    [InlineData(17, "names 'something that is not text'")]
    [InlineData(18, "an integer of 18 bytes")]
    [InlineData(1 << 20, "an integer of 1048576 bytes")]
    public void An_integer_for_a_key_is_refused_without_writing_it_out(int length, string expected)
    {
        byte[] keys = new TestPickle().Op(']').Op('(').Op('\x8b').Bytes(BitConverter.GetBytes(length)).Repeated(length, 0x7f).Op('e').End();

        Assert.Contains(expected, ErrorOf(TestLegacy.Raw(Pickle, keys, TestLegacy.Storage(4, Numbers))));
    }

    private string ErrorOf(byte[] file) => Errors.Of(_folder.Write("hostile.th", file));
}
