using MLTransfer.Models;
using static TorchSharp.torch;

namespace MLTransfer.Training;

/// <summary>Which modules of a network do not learn in an epoch: a function of the epoch alone.</summary>
/// <param name="epoch">The epoch, from 1.</param>
internal delegate IReadOnlyList<nn.Module> Freezing(int epoch);

/// <summary>The policies of freezing.</summary>
internal static class FreezingPolicy
{
    public static Freezing Always(IReadOnlyList<nn.Module> modules) => _ => modules;

    /// <summary>The layer groups before the first that learns, and the auxiliary heads unless they learn.</summary>
    public static Freezing Before(ImageModel model, Layers trained, bool auxiliaryHeadsLearn)
    {
        IEnumerable<nn.Module> layers = model.Groups.Take(model.FirstTrained(trained)).SelectMany(group => group.Modules);
        return Always([.. layers, .. auxiliaryHeadsLearn ? [] : model.AuxiliaryHeads]);
    }
}
