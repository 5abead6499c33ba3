using MLTransfer.Models;
using static TorchSharp.torch;

namespace MLTransfer.Weights;

/// <summary>A part of a network that is left as it is where a file has nothing for it.</summary>
/// <param name="Name">What the names of its tensors begin with.</param>
/// <param name="IsClassifier">Whether it is made for a number of classes, and therefore also left where the file has it for another
/// number.</param>
internal sealed record OptionalPart(string Name, bool IsClassifier)
{
    /// <summary>The classifier, if its name is given, first; then what helps a network in training and has classifiers too.</summary>
    public static IReadOnlyList<OptionalPart> Of(nn.Module module, string? classifier)
    {
        IReadOnlyList<AuxiliaryHead> auxiliary = (module as ImageModel)?.AuxiliaryHeads ?? [];
        IEnumerable<OptionalPart> helping = auxiliary.Select(head => new OptionalPart(head.StateName, false));
        return classifier is null ? [.. helping]
            : [new(classifier, true), .. auxiliary.Select(head => new OptionalPart(head.ClassifierName, true)), .. helping];
    }

    /// <summary>Whether a tensor belongs to it.</summary>
    public bool Has(string tensor) =>
        tensor.Length > Name.Length && tensor[Name.Length] == '.' && tensor.StartsWith(Name, StringComparison.Ordinal);
}
