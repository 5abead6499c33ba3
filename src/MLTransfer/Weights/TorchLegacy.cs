using System.Globalization;
using System.Numerics;
using MLTransfer.Files;

namespace MLTransfer.Weights;

/// <summary>
/// Reads what torch.save wrote before PyTorch 1.6, and writes since when asked for: five pickles (magic number, version of the format, the
/// writer's machine, the content, the keys of the storages), then the storages.
/// </summary>
internal static class TorchLegacy
{
    private const int MaximumPickle = 8 << 20;
    private const long Version = 1001;
    private static readonly BigInteger Magic =
        BigInteger.Parse("1950a86a20f9469cfc6c", NumberStyles.HexNumber, CultureInfo.InvariantCulture);

    /// <summary>Whether a file starts like a pickle; whether it is torch.save's is only known after its first value.</summary>
    public static bool LooksLike(ReadOnlySpan<byte> head) => head is [(byte)PickleOpcode.Protocol, >= 2 and <= 5, ..];

    /// <exception cref="WeightsException">The file is not what torch.save writes, or asks for more than tensors and containers.</exception>
    public static IWeightsContent Open(Stream stream, WeightsErrors errors)
    {
        var source = new ByteSource(stream, errors);
        var budget = new ReadBudget(source.Length, errors);
        var storages = new LegacyStorages(source, budget, errors);
        byte[] head = new byte[budget.Take(Math.Min(source.Length, MaximumPickle), "its pickle")];
        source.Read(0, head);
        var reader = new PickleReader(head, errors, isWindow: source.Length > head.Length);
        budget.Take(PickleCost.OfText(head.Length), "its pickle");
        CheckPreamble(Next, errors);
        object? content = new Unpickler(reader, TorchGlobals.Allowed, storages.Find, budget, errors).Read();
        storages.Locate(Next(), reader.Position);
        return new TorchContent("torch.save, legacy", content, storages, budget, errors);

        object? Next() => new Unpickler(reader, TorchGlobals.Allowed, NoStorage, budget, errors).Read();
        PickledStorage NoStorage(object? id) => throw errors.Damaged("a pickle that has no tensors refers to a storage");
    }

    private static void CheckPreamble(Func<object?> next, WeightsErrors errors)
    {
        if (next() is not BigInteger magic || magic != Magic)
            throw errors.UnknownFormat("it is a Python pickle, but not one of torch.save");
        if (next() is not Version)
            throw errors.Damaged($"it is in another version of the legacy torch.save format than {Version}");
        bool isLittleEndian = next() is PickledDictionary machine
            && machine.Any(item => item is { Key: "little_endian", Value: true });
        if (!isLittleEndian)
            throw errors.Damaged("its numbers are not little-endian");
    }
}
