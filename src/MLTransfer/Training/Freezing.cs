using MLTransfer.Models;
using static TorchSharp.torch;

namespace MLTransfer.Training;

/// <summary>The modules of a network that are frozen in an epoch; depends on the epoch alone.</summary>
/// <param name="epoch">The epoch, from 1.</param>
internal delegate IReadOnlyList<nn.Module> Freezing(int epoch);

/// <summary>The policies of freezing.</summary>
internal static class FreezingPolicy
{
    public static Freezing Always(IReadOnlyList<nn.Module> modules) => _ => modules;

    /// <summary>
    /// Freezes the layer groups before the first trained one, those whose epoch has not come, and the auxiliary heads unless they are
    /// trained.
    /// </summary>
    public static Freezing Before(ImageModel model, Layers trained, bool auxiliaryHeadsLearn, Unfreezing? order = null)
    {
        int first = model.FirstTrained(trained);
        // A wrong name is an error at once.
        _ = (order ?? Unfreezing.None).FirstTrained(model, epoch: 1);
        return epoch =>
        {
            int running = Math.Max(first, (order ?? Unfreezing.None).FirstTrained(model, epoch));
            IEnumerable<nn.Module> layers = model.Groups.Take(running).SelectMany(group => group.Modules);
            return [.. layers, .. auxiliaryHeadsLearn ? [] : model.AuxiliaryHeads];
        };
    }
}
