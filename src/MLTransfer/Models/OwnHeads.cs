using System.Collections.Concurrent;
using System.Text.RegularExpressions;
using MLTransfer.Errors;
using MLTransfer.Native;
using TorchSharp;
using static TorchSharp.torch;

namespace MLTransfer.Models;

/// <summary>The heads that <see cref="ClassifierHead.Register"/> added, and what is asked of them.</summary>
internal static partial class OwnHeads
{
    private const int LongestName = 120;
    private const int Features = 8;
    private const int Classes = 3;
    private static readonly string[] Taken = ["linear", "dropout", "mlp"];
    private static readonly ConcurrentDictionary<string, (string Name, Func<int, int, nn.Module<Tensor, Tensor>> Build)> Known =
        new(StringComparer.OrdinalIgnoreCase);

    /// <summary>The names of all, as the end of a sentence; empty where there is none.</summary>
    public static string Listed =>
        Known.IsEmpty ? "" : $", or one that is registered: {string.Join(", ", Known.Keys.Order(StringComparer.Ordinal))}";

    public static void Add(string name, Func<int, int, nn.Module<Tensor, Tensor>> build)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        ArgumentNullException.ThrowIfNull(build);
        if (!AllowedName().IsMatch(name))
            throw new ArgumentException(
                $"'{name}' cannot be the name of a head; expected: letters, digits, '_', '-' and '.'.", nameof(name));
        if (Taken.Contains(name, StringComparer.OrdinalIgnoreCase) || Known.ContainsKey(name)) throw IsTaken(name);
        TorchLibrary.Require();
        if (RandomState.Kept(() => Complain(build)) is { } complaint)
            throw new InvalidOperationException($"The head '{name}' cannot be used. {complaint}");
        if (!Known.TryAdd(name, (name, build))) throw IsTaken(name);
    }

    /// <summary>The name as it was registered; null where there is no such head.</summary>
    public static string? NameOf(string name) => Known.TryGetValue(name, out var head) ? head.Name : null;

    /// <summary>Builds a registered head.</summary>
    /// <exception cref="InvalidOperationException">The function that builds it returned null.</exception>
    public static nn.Module<Tensor, Tensor> Build(string name, int features, int classes) => Known[name].Build(features, classes)
        ?? throw new InvalidOperationException($"The function that builds the head '{name}' returned null instead of a module.");

    /// <summary>The error for a model file whose head is none of the library's; null where the word is no name.</summary>
    public static string? UnregisteredComplaint(string word) => !AllowedName().IsMatch(word) ? null :
        $"The model was trained with the head '{Printable.Sanitize(word, LongestName)}', which is not registered here. If it is your own, "
        + $"register it before loading the model: {nameof(ClassifierHead)}.{nameof(ClassifierHead.Register)}; otherwise a newer version of "
        + "MLTransfer wrote the model, or the file is damaged.";

    private static string? Complain(Func<int, int, nn.Module<Tensor, Tensor>> build)
    {
        using var scope = NewDisposeScope();
        using nn.Module<Tensor, Tensor>? head = build(Features, Classes), other = build(Features, Classes);
        if (head is null || other is null) return "The function that builds it returned null instead of a module.";
        if (ReferenceEquals(head, other)) return "The function that builds it returned the same module twice; return a new one each time.";
        head.eval();
        Tensor features = linspace(-1, 1, 2 * Features).view(2, Features);
        Tensor logits = head.call(features);
        if (!logits.shape.SequenceEqual([2, Classes]))
            return $"Of features (2, {Features}) and for {Classes} classes it makes ({string.Join(", ", logits.shape)}); expected: "
                + $"(2, {Classes}).";
        if (logits.dtype != ScalarType.Float32) return $"Its logits are {logits.dtype}; expected: Float32.";
        if (!logits.Equals(head.call(features))) return "It scores the same features differently in evaluation mode.";
        head.train();
        // Unequal factors: the sum of a softmax is constant.
        (head.call(features) * linspace(1, 2, Classes)).sum().backward();
        string[] without = [.. head.named_parameters().Where(item => item.parameter.grad is null).Select(item => item.name)];
        return (without, head.parameters().Any()) switch
        {
            (_, false) => "It has no weights: register its modules, or use those of torch, as in Sequential.",
            ([var first, ..], _) => $"No gradient reaches '{first}'.",
            _ => null,
        };
    }

    private static ArgumentException IsTaken(string name) => new($"There is a head '{name}' already; choose another name.", nameof(name));

    [GeneratedRegex("^[A-Za-z0-9_.-]+$")]
    private static partial Regex AllowedName();
}
