using System.CommandLine;
using System.Text.Json.Serialization;
using MLTransfer.Cli.CommandLine;
using MLTransfer.Cli.Screen;
using MLTransfer.Downloads;
using MLTransfer.Errors;
using MLTransfer.Weights;

namespace MLTransfer.Cli.Weights;

/// <summary>'mlt weights verify': compares the weights on this machine with their published SHA-256.</summary>
internal sealed class WeightsVerifyCommand : MltCommand
{
    private readonly Argument<string[]> _names;
    private readonly StoreOptions _store = new();

    internal WeightsVerifyCommand(CommandContext context)
        : base("verify", "Compares the SHA-256 of weights on this machine with the published one; fails if a file is damaged or absent.",
            context,
            "mlt weights verify",
            "mlt weights verify resnet50/IMAGENET1K_V2",
            "mlt weights verify downloads/resnet18-f37072fd.pth --json")
    {
        _names = new("NAME|FILE")
        {
            Description = "Published weights, wherever they are on this machine, or files. [default: all weights in the searched folders]",
            Arity = ArgumentArity.ZeroOrMore,
        };
        Accepts(_names, _store.Folder);
    }

    internal override string Remarks =>
        """
        A file is identified by its name: the published one, or one that ends in the start of the hash, such as resnet18-f37072fd.pth.

        JSON: [{ file, weights?, state: intact|damaged|unknown|absent, sha256?, expected? }]

        """;

    protected override async Task<int> RunAsync(ParseResult parseResult, CancellationToken cancel)
    {
        var store = _store.CreateStore(parseResult, Context);
        var names = parseResult.GetValue(_names) ?? [];
        var verified = new List<VerifiedFile>();
        foreach (var file in names.Length == 0 ? FileToVerify.FindAll(store) : names.SelectMany(name => FileToVerify.Find(name, store)))
            verified.Add(await VerifiedFile.VerifyAsync(file, cancel).ConfigureAwait(false));
        Render(parseResult, verified, () => Show(verified, store.Options.Places));
        return verified.Any(file => file.State is FileState.Damaged or FileState.Absent) ? ExitCode.Failed : ExitCode.Done;
    }

    private void Show(List<VerifiedFile> verified, IReadOnlyList<string> places)
    {
        foreach (var file in verified)
            Context.Output.WriteLine(file.Describe());
        if (verified.Count == 0)
            Context.Output.WriteLine($"No weights in {string.Join(", ", places)}.");
    }
}

/// <summary>A file to verify, and the start of its SHA-256 if known.</summary>
internal sealed record FileToVerify(string File, string? Weights, string? Expected)
{
    private static readonly string[] Extensions = [".pth", ".pt", ".th", ".safetensors", ".onnx"];

    internal static IEnumerable<FileToVerify> FindAll(WeightStore store) => store.Options.Places.Where(Directory.Exists)
        .SelectMany(folder => Directory.EnumerateFiles(folder).Where(file => Extensions.Contains(Path.GetExtension(file)))
        .Order(StringComparer.Ordinal)).Distinct().Select(From);

    /// <exception cref="UsageException">The name is neither a file nor published weights that are downloaded.</exception>
    internal static IEnumerable<FileToVerify> Find(string name, WeightStore store)
    {
        if (System.IO.File.Exists(name))
            return [From(name)];
        var published = Published(name);
        if (published.Remote is not { } remote)
            throw new UsageException($"The weights '{published.Name}' are part of MLTransfer; there is no file to verify.");
        FileToVerify[] there = [.. store.Candidates(remote).Select(From)];
        return there.Length > 0 ? there : [new(remote.FileName, published.Name, remote.Sha256)];
    }

    private static FileToVerify From(string file)
    {
        var name = Path.GetFileName(file);
        var published = WeightsCatalog.All.FirstOrDefault(weights => weights.Remote?.FileName == name);
        return new(file, published?.Name, published?.Sha256 ?? RemoteWeights.HashInName(name));
    }

    private static PublishedWeights Published(string name)
    {
        try
        {
            return WeightsCatalog.Find(name);
        }
        catch (ArgumentException unknown)
        {
            throw new UsageException($"'{name}' is not a file. {OptionException.Sentence(unknown)}", unknown);
        }
    }
}

/// <summary>The result of verifying a file, in the JSON of 'mlt weights verify'.</summary>
internal sealed record VerifiedFile(
    string File,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Weights,
    [property: JsonConverter(typeof(JsonStringEnumConverter<FileState>))] FileState State,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Sha256,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Expected)
{
    internal static async Task<VerifiedFile> VerifyAsync(FileToVerify file, CancellationToken cancel)
    {
        if (!System.IO.File.Exists(file.File))
            return new(file.File, file.Weights, FileState.Absent, null, file.Expected);
        var sha256 = await FileHash.ComputeAsync(file.File, cancel).ConfigureAwait(false);
        var state = file.Expected is not { } expected ? FileState.Unknown
            : sha256.StartsWith(expected, StringComparison.Ordinal) ? FileState.Intact
            : FileState.Damaged;
        return new(file.File, file.Weights, state, sha256, file.Expected);
    }

    internal string Describe()
    {
        var file = Weights is null ? File : $"{File} ({Weights})";
        return State switch
        {
            FileState.Intact => $"intact   {file}",
            FileState.Damaged => $"damaged  {file}: its SHA-256 is {Sha256}; expected: {Expected}. Delete it to have it downloaded again.",
            FileState.Absent => $"absent   {file}: not on this machine. 'mlt weights get' downloads it.",
            _ => $"unknown  {file}: its name does not state its SHA-256, which is {Sha256}.",
        };
    }
}

/// <summary>Whether a file is what it should be.</summary>
internal enum FileState
{
    /// <summary>Its SHA-256 is the expected one.</summary>
    [JsonStringEnumMemberName("intact")]
    Intact,

    /// <summary>Its SHA-256 is not the expected one.</summary>
    [JsonStringEnumMemberName("damaged")]
    Damaged,

    /// <summary>The expected SHA-256 is unknown.</summary>
    [JsonStringEnumMemberName("unknown")]
    Unknown,

    /// <summary>It is not on this machine.</summary>
    [JsonStringEnumMemberName("absent")]
    Absent,
}
