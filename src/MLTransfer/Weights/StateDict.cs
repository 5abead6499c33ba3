using MLTransfer.Models;
using TorchSharp;
using static TorchSharp.torch;

namespace MLTransfer.Weights;

/// <summary>Loads stored tensors into a module and saves those of a module.</summary>
internal static class StateDict
{
    /// <summary>
    /// Loads tensors into the parameters and buffers of the same names, converted to their types; nothing is changed unless all fit.
    /// </summary>
    /// <param name="module">The module.</param>
    /// <param name="tensors">The tensors by name.</param>
    /// <param name="file">The name of the tensors' source in errors.</param>
    /// <param name="architecture">The name of the module in errors.</param>
    /// <param name="classifier"> The name of a classifier that may be missing or have another number of classes: it is then left as it is,
    /// and so are the auxiliary heads of an <see cref="ImageModel"/>. Null: every tensor is required.
    /// </param>
    /// <param name="recognize"> Finds out, for the error, which architecture tensors that do not fit belong to; null where it does not
    /// know.
    /// </param>
    /// <returns>Whether the classifier was loaded too.</returns>
    /// <exception cref="WeightsException">Names are missing, left over or of another shape; the message lists them.</exception>
    public static bool Load(
        nn.Module module, IReadOnlyDictionary<string, StoredTensor> tensors, string file, string architecture, string? classifier = null,
        Func<IEnumerable<TensorDescription>, string?>? recognize = null)
    {
        ArgumentNullException.ThrowIfNull(tensors);
        return Load(
            module, tensors.ToDictionary(item => item.Key, item => item.Value.Description, StringComparer.Ordinal),
            file, architecture, classifier, recognize, places =>
            {
                foreach ((string name, Tensor target) in places)
                    TorchTensors.CopyTo(target, tensors[name]);
            });
    }

    /// <summary>
    /// Loads a weights file, as <see cref="WeightsFile.Read(string)"/> reads it, into the parameters and buffers of the same names,
    /// converted to their types. Values are read straight into them, without extra memory and in half the time.
    /// </summary>
    /// <param name="module">The module. Nothing is changed unless all names and shapes fit; where values turn out to be damaged, those
    /// before have been loaded, and the module should not be used.</param>
    /// <param name="path">The file.</param>
    /// <param name="architecture">The name of the module in errors.</param>
    /// <param name="classifier">The name of a classifier that may be missing or have another number of classes, as for tensors.</param>
    /// <param name="recognize">Finds out, for the error, which architecture tensors that do not fit belong to.</param>
    /// <returns>Whether the classifier was loaded too.</returns>
    /// <exception cref="WeightsException">The file cannot be read, or its tensors do not fit.</exception>
    public static bool LoadFile(
        nn.Module module, string path, string architecture, string? classifier = null,
        Func<IEnumerable<TensorDescription>, string?>? recognize = null)
    {
        using OpenWeights file = OpenWeights.Open(path);
        return Load(module, file, path, architecture, classifier, recognize).WithClassifier;
    }

    /// <summary>Loads an open weights file, as <see cref="LoadFile"/> does.</summary>
    /// <returns>Whether the classifier was loaded too, and the prefix of the network's names in the file.</returns>
    internal static (bool WithClassifier, string Prefix) Load(
        nn.Module module, OpenWeights file, string name, string architecture, string? classifier,
        Func<IEnumerable<TensorDescription>, string?>? recognize)
    {
        file = file.For(module, classifier);
        string prefix = NetworkInFile.FindPrefix(module, file.Tensors, classifier, name, architecture);
        Dictionary<string, int> indices = file.Tensors.Select((tensor, index) => (tensor.Name, index))
            .Where(tensor => tensor.Name.StartsWith(prefix, StringComparison.Ordinal))
            .ToDictionary(tensor => tensor.Name[prefix.Length..], tensor => tensor.index, StringComparer.Ordinal);
        bool withClassifier = Load(
            module,
            indices.ToDictionary(pair => pair.Key, pair => file.Tensors[pair.Value] with { Name = pair.Key }, StringComparer.Ordinal),
            name, architecture, classifier, recognize, places =>
            {
                NumbersReader.Read(file.Content, [.. places.Select(place => (indices[place.Stored], place.Target))]);
                CheckFinite(places, name);
            });
        return (withClassifier, prefix);
    }

    // With NaN among the weights every loss is NaN, which looks like a diverged training.
    private static void CheckFinite(IReadOnlyList<(string Stored, Tensor Target)> places, string file)
    {
        foreach ((string stored, Tensor target) in places.Where(place => place.Target.is_floating_point()))
        {
            if (TorchTensors.AreFinite(target))
                continue;
            long wrong = target.numel() - target.isfinite().sum().item<long>();
            if (wrong > 0)
            {
                throw new WeightsException(
                    file, $"holds numbers that are NaN or infinite: {wrong} of {target.numel()} in '{stored}'",
                    "The training that saved it had diverged: take an earlier checkpoint.");
            }
        }
    }

    /// <summary>Copies of a module's parameters and buffers, in the order and with the names of its <c>state_dict</c>.</summary>
    public static IReadOnlyList<StoredTensor> Save(nn.Module module)
    {
        ArgumentNullException.ThrowIfNull(module);
        using var scope = NewDisposeScope();
        using var frozen = no_grad();
        StoredTensor[] tensors = [.. module.state_dict().Select(entry => TorchTensors.ToStored(entry.Key, entry.Value))];
        GC.KeepAlive(module); // The module's finalizer would dispose its tensors while they are read.
        return tensors;
    }

    private static bool Load(
        nn.Module module, Dictionary<string, TensorDescription> tensors, string file, string architecture, string? classifier,
        Func<IEnumerable<TensorDescription>, string?>? recognize, Action<IReadOnlyList<(string Stored, Tensor Target)>> copy)
    {
        ArgumentNullException.ThrowIfNull(module);
        using var scope = NewDisposeScope();
        using var frozen = no_grad();
        var adapting = module as ICheckpointCompatibility;
        Dictionary<string, string> stored = OwnNames(adapting, tensors);
        Dictionary<string, Tensor> state = module.state_dict();
        StateMatch match = StateMatch.Compare(
            state, stored.ToDictionary(pair => pair.Key, pair => tensors[pair.Value], StringComparer.Ordinal),
            OptionalModule.ListFor(module, classifier), adapting);
        if (match.Differences.Any)
            throw match.Differences.Error(file, architecture, match.Wanted, recognize?.Invoke(tensors.Values));
        if (match.Names.FirstOrDefault(name => !TorchTensors.IsSupported(tensors[stored[name]].Type)) is { } foreign)
            throw new WeightsErrors(file).UnknownType(foreign, tensors[stored[foreign]].Type.ToString());
        foreach (string name in match.Reshaped)
            adapting!.Resize(name, tensors[stored[name]].Shape);
        if (match.Reshaped.Count > 0)
            state = module.state_dict();
        copy([.. match.Names.Select(name => (stored[name], state[name]))]);
        return match.WithClassifier;
    }

    // Maps the network's names to the file's. Of several tensors with one name the others keep theirs, and are reported as unexpected.
    private static Dictionary<string, string> OwnNames(ICheckpointCompatibility? adapting, Dictionary<string, TensorDescription> tensors)
    {
        var stored = new Dictionary<string, string>(tensors.Count, StringComparer.Ordinal);
        foreach (string name in tensors.Keys)
        {
            if (!stored.TryAdd(OwnName(adapting, tensors, name), name))
                stored.Add(name, name);
        }
        return stored;
    }

    private static string OwnName(ICheckpointCompatibility? adapting, Dictionary<string, TensorDescription> tensors, string name) =>
        adapting?.MapKey(name) is { } own && !tensors.ContainsKey(own) ? own : name;
}
