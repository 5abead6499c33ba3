using MLTransfer.Imaging;

namespace MLTransfer.Weights;

/// <summary>Weights that lie on this machine, complete and checked.</summary>
public sealed record LocalWeights
{
    private readonly string? _resource;

    private LocalWeights(WeightsReference reference, string? path, string? resource)
    {
        Name = reference.Name;
        Preprocessing = reference.Published?.Preprocessing;
        Path = path;
        _resource = resource;
    }

    /// <summary>What errors and logs call them.</summary>
    public string Name { get; }

    /// <summary>The file; null for weights that lie in this library.</summary>
    public string? Path { get; }

    /// <summary>What they expect an image to go through; null where nothing is published about them.</summary>
    public Preprocessing? Preprocessing { get; }

    /// <summary>Reads all tensors.</summary>
    /// <exception cref="WeightsException">The file cannot be read.</exception>
    public IReadOnlyDictionary<string, StoredTensor> Read()
    {
        using OpenWeights file = Open();
        return WeightsFile.Read(file);
    }

    /// <summary>Opens them, to find their tensors and read them one by one.</summary>
    /// <exception cref="WeightsException">The file cannot be read.</exception>
    internal OpenWeights Open() => _resource is null
        ? OpenWeights.Of(Path!)
        : new OpenWeights(typeof(LocalWeights).Assembly.GetManifestResourceStream(_resource)!, new WeightsErrors(Name));

    internal static LocalWeights InFile(WeightsReference reference, string path) => new(reference, path, null);

    internal static LocalWeights InLibrary(WeightsReference reference, string resource) => new(reference, null, resource);
}
