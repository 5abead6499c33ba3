using MLTransfer.Files;

namespace MLTransfer.Weights;

/// <summary>
/// Reads what torch.save writes since PyTorch 1.6: a zip file with a pickle, <c>data.pkl</c>, and a file of raw numbers for each storage.
/// </summary>
internal static class TorchZip
{
    private const int MaximumPickle = 8 << 20;
    private const string PickleName = "data.pkl";

    /// <exception cref="WeightsException">The file is not what torch.save writes, or asks for more than tensors and containers.</exception>
    public static IWeightsContent Open(Stream file, WeightsErrors errors)
    {
        var source = new ByteSource(file, errors);
        var budget = new ReadBudget(source.Length, errors);
        var entries = new ZipEntries(source, budget, errors);
        string folder = FindFolder(entries, errors);
        long length = entries.Length(folder + PickleName);
        if (length > MaximumPickle)
            throw errors.Refused($"its {PickleName} has {length} bytes; those of the largest models have a few hundred thousand");
        budget.Take(PickleCost.OfText(length), "its pickle");
        var storages = new ZipStorages(entries, folder + "data/", errors);
        object? content = new Unpickler(
            new PickleReader(entries.Read(folder + PickleName), errors), TorchGlobals.Allowed, storages.Find, budget, errors).Read();
        return new TorchContent("torch.save, zip", content, storages, budget, errors);
    }

    private static string FindFolder(ZipEntries entries, WeightsErrors errors)
    {
        string? pickle = entries.Names.FirstOrDefault(name => name.EndsWith("/" + PickleName, StringComparison.Ordinal));
        if (pickle is null)
            throw errors.UnknownFormat($"it is a zip file without {PickleName}");
        string folder = pickle[..^PickleName.Length];
        if (entries.Length(folder + "constants.pkl") >= 0)
            throw errors.TorchScript();
        if (entries.Length(folder + "byteorder") is >= 0 and <= 16
            && !entries.Read(folder + "byteorder").AsSpan().SequenceEqual("little"u8))
            throw errors.Damaged("its numbers are not little-endian");
        return folder;
    }
}
