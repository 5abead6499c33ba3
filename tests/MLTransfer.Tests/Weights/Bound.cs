using MLTransfer.Weights;

namespace MLTransfer.Tests.Weights;

/// <summary>What reading one file may take of memory: sixteen times its length and five mebibytes, garbage included.</summary>
internal static class Bound
{
    public const string Name = "hostile file";

    /// <summary>Reads a file, or is refused cleanly, within the bound.</summary>
    /// <returns>The error; null where the file could be read.</returns>
    public static WeightsException? Holds(byte[] file)
    {
        WeightsException? refusal = null;
        long before = GC.GetAllocatedBytesForCurrentThread();
        try
        {
            using var weights = new OpenWeights(new MemoryStream(file), new WeightsErrors(Name));
            WeightsFile.Read(weights);
        }
        catch (WeightsException exception)
        {
            refusal = exception;
        }
        long taken = GC.GetAllocatedBytesForCurrentThread() - before;
        Assert.True(taken <= (16L * file.Length) + (5 << 20), $"{taken} bytes for a file of {file.Length}. {refusal?.Message}");
        return refusal;
    }
}
