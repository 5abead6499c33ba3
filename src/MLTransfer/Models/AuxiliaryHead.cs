using MLTransfer.Models.Blocks;
using static TorchSharp.torch;

namespace MLTransfer.Models;

/// <summary>
/// A second classifier in the middle of a network, which is there to bring gradients to the layers below it (Szegedy et al. 2014,
/// https://arxiv.org/abs/1409.4842, section 5). Scores of images never come from it.
/// </summary>
public abstract class AuxiliaryHead : NamedModule
{
    private readonly string _leaf;

    private protected AuxiliaryHead(string stateName, string classifier, string after) : base(nameof(AuxiliaryHead))
    {
        StateName = stateName;
        After = after;
        _leaf = classifier;
    }

    /// <summary>Its name in the <c>state_dict</c>: <c>aux1</c>.</summary>
    public string StateName { get; }

    /// <summary>The name of its last layer in the <c>state_dict</c>, which is made for a number of classes: <c>aux1.fc2</c>.</summary>
    public string ClassifierName => $"{StateName}.{_leaf}";

    /// <summary>The name of the layer group whose output it classifies.</summary>
    public string After { get; }

    private protected LinearHead? Classifier { get; private set; }

    /// <summary>Puts a new, randomly initialised last layer there.</summary>
    internal void ResetClassifier(int classes)
    {
        register_module(_leaf, null!);
        Classifier?.Dispose();
        Classifier = Child(_leaf, BuildClassifier(classes));
    }

    private protected abstract LinearHead BuildClassifier(int classes);
}
