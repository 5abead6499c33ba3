using MLTransfer.Models;
using static TorchSharp.torch;

namespace MLTransfer.Weights;

/// <summary>Which tensors of a file go where in a module, and which have no place or a wrong one.</summary>
/// <param name="Names">The tensors to load: those of the module that the file has.</param>
/// <param name="Reshaped">Those among them for which the module has to get another shape first.</param>
/// <param name="Wanted">How many tensors the module wants.</param>
/// <param name="WithClassifier">Whether the classifier is among them.</param>
/// <param name="Differences">What does not fit.</param>
internal sealed record StateMatch(
    IReadOnlyList<string> Names, IReadOnlyList<string> Reshaped, int Wanted, bool WithClassifier, StateDifferences Differences)
{
    private const string Counter = "num_batches_tracked";

    /// <param name="state">What the module wants.</param>
    /// <param name="tensors">What the file has.</param>
    /// <param name="optional">What may be missing, or have another number of classes.</param>
    /// <param name="adapting">The module, where it takes other shapes too.</param>
    public static StateMatch Of(
        Dictionary<string, Tensor> state, IReadOnlyDictionary<string, TensorDescription> tensors, IReadOnlyList<OptionalPart> optional,
        IAdaptsToWeights? adapting = null)
    {
        bool IsSame(string name) => tensors[name].Shape.AsSpan().SequenceEqual(state[name].shape);
        bool Fits(string name) => tensors.ContainsKey(name) && (IsSame(name) || adapting?.CanTake(name, tensors[name].Shape) == true);
        OptionalPart[] left = [.. optional
            .Where(part => part.IsClassifier ? !state.Keys.Where(part.Has).All(Fits) : !tensors.Keys.Any(part.Has))];
        string[] wanted = [.. state.Keys.Where(name => !left.Any(part => part.Has(name)))];
        var differences = new StateDifferences(
            // Files written before PyTorch 0.4.1 do not count batches.
            [.. wanted.Where(name => !tensors.ContainsKey(name) && !name.EndsWith(Counter, StringComparison.Ordinal))],
            [.. tensors.Keys.Where(name => !state.ContainsKey(name) && !optional.Any(part => part.IsClassifier && part.Has(name)))],
            [.. wanted.Where(name => tensors.ContainsKey(name) && !Fits(name))
                .Select(name => $"{name} is [{string.Join(", ", tensors[name].Shape)}], expected [{string.Join(", ", state[name].shape)}]")]);
        string[] names = [.. wanted.Where(tensors.ContainsKey)];
        bool withClassifier = optional is not [{ IsClassifier: true } classifier, ..] || !left.Contains(classifier);
        return new StateMatch(names, differences.Any ? [] : [.. names.Where(name => !IsSame(name))], wanted.Length, withClassifier,
            differences);
    }
}
