namespace MLTransfer.Training;

/// <summary>The order of images in an epoch: a function of seed and epoch alone.</summary>
internal static class Shuffle
{
    public static int[] Order(int count, int seed, int epoch)
    {
        int[] order = [.. Enumerable.Range(0, count)];
        new Random(unchecked((seed * 1_000_003) + epoch)).Shuffle(order);
        return order;
    }
}
