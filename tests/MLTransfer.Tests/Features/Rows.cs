using MLTransfer.Features;
using TorchSharp;
using static TorchSharp.torch;

namespace MLTransfer.Tests.Features;

/// <summary>Features that are there already, as the rows of images.</summary>
internal static class Rows
{
    /// <param name="features">(views · images, width), on the CPU.</param>
    /// <param name="views">How many views of each image they are.</param>
    /// <param name="inMemory">How many bytes are kept in memory at most.</param>
    public static FeatureRows Of(Tensor features, int views = 1, long inMemory = FeatureRows.MostInMemory)
    {
        int images = (int)features.shape[0] / views;
        var rows = new FeatureRows(images, (int)features.shape[1], CPU, views, inMemory: inMemory);
        for (int view = 0; view < views; view++)
        {
            using Tensor part = features.narrow(0, (long)view * images, images);
            rows.Write([.. Enumerable.Range(0, images)], part, view);
        }

        return rows;
    }
}
