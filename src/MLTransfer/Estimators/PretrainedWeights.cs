using MLTransfer.Models;
using MLTransfer.Weights;

namespace MLTransfer.Estimators;

/// <summary>Loads a weights file into a network whose head is new.</summary>
internal static class PretrainedWeights
{
    /// <exception cref="WeightsException">The file cannot be read, or belongs to another network.</exception>
    public static void Load(ImageModel model, Backbone backbone, string file) =>
        StateDict.Load(model, WeightsFile.Read(file), file, backbone.Name, model.HeadName, Lookalike.Of);
}
