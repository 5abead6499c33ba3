using MLTransfer.Evaluation.Inspection;
using MLTransfer.Imaging;
using TorchSharp;
using static TorchSharp.torch;

namespace MLTransfer.Tests.Evaluation.Inspection;

public class NearDuplicateSearchTests
{
    [Fact]
    public void Neighbors_are_those_of_a_comparison_one_by_one_also_across_blocks()
    {
        using var scope = NewDisposeScope();
        // More similarities than are in memory at a time.
        (Tensor features, _) = Clouds.Draw(classes: 2, perClass: 2100, width: 3, distance: 1, seed: 1);
        int done = 0;
        var neighbors = FeatureNeighbors.Find(features, 4, count => done += count, default);
        Assert.Equal(4200, done);
        float[][] rows = [.. features.data<float>().ToArray().Chunk(3)];
        foreach (int image in new[] { 0, 2099, 3999, 4199 })
        {
            double[] similar = [.. rows.Select((row, index) => index == image ? -1 : Cosine(row, rows[image]))];
            Assert.Equal(similar.OrderDescending().Take(4).Select(value => Math.Round(value, 4)),
                Enumerable.Range(4 * image, 4).Select(place => Math.Round(neighbors.Similarities[place], 4)));
            Assert.All(Enumerable.Range(4 * image, 4), place =>
                Assert.Equal(similar[neighbors.Indices[place]], neighbors.Similarities[place], 1e-4));
        }
    }

    [Fact]
    public void Fewer_images_than_neighbors_are_all_neighbors_of_each_other()
    {
        using var scope = NewDisposeScope();
        var neighbors = FeatureNeighbors.Find(eye(3), 10, _ => { }, default);
        Assert.Equal((2, 6), (neighbors.PerRow, neighbors.Indices.Length));
    }

    [Fact]
    public void Very_similar_features_make_a_group_and_chains_grow_together()
    {
        // 0 is near 1, and 1 near 2; 3 and 4 are only near enough for their pixels to be compared.
        var neighbors = new FeatureNeighbors(1, [1, 2, 1, 4, 3], [0.95f, 0.92f, 0.92f, 0.7f, 0.7f]);
        var (images, similarity) = Assert.Single(Search(neighbors, _ => null));
        Assert.Equal([0, 1, 2], images);
        Assert.Equal(0.92, similarity, 1e-6);
    }

    [Theory]
    [InlineData(false, 1)]
    [InlineData(true, 1)]
    [InlineData(null, 0)]
    public void Rather_similar_features_need_pixels_that_agree_as_they_are_or_mirrored(bool? mirrored, int groups)
    {
        var neighbors = new FeatureNeighbors(1, [1, 0], [0.6f, 0.6f]);
        GrayLevels one = Drawn(seed: 1), other = mirrored is { } flip ? Drawn(seed: 1, flip) : Drawn(seed: 2);
        Assert.Equal(groups, Search(neighbors, image => image == 0 ? one : other).Count);
    }

    [Fact]
    public void Images_that_are_hardly_similar_are_not_even_read()
    {
        var neighbors = new FeatureNeighbors(1, [1, 0], [0.4f, 0.4f]);
        Assert.Empty(Search(neighbors, _ => throw new InvalidOperationException("It was read.")));
    }

    private static IReadOnlyList<(int[] Images, double Similarity)> Search(FeatureNeighbors neighbors, Func<int, GrayLevels?> gray) =>
        new NearDuplicateSearch(neighbors, 0.9, gray, default).Groups();

    private static GrayLevels Drawn(int seed, bool mirrored = false)
    {
        const int Side = 32;
        byte[] levels = new byte[Side * Side];
        new Random(seed).NextBytes(levels);
        byte[] pixels = new byte[3 * levels.Length];
        for (int at = 0; at < pixels.Length; at++)
        {
            (int x, int y) = (at / 3 % Side, at / 3 / Side);
            // Squares of two pixels survive the shrinking.
            pixels[at] = levels[(y / 2) * Side + (mirrored ? Side - 1 - x : x) / 2];
        }

        return new(new Image(Side, Side, pixels));
    }

    private static double Cosine(float[] one, float[] other) =>
        one.Zip(other, (a, b) => (double)a * b).Sum()
        / Math.Sqrt(one.Sum(a => (double)a * a) * other.Sum(b => (double)b * b));
}
