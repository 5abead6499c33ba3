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

/// <summary>Changes a file as damage and malice do.</summary>
internal static class Mutation
{
    private static readonly long[] Extremes =
        [0, 1, -1, byte.MaxValue, short.MaxValue, ushort.MaxValue, int.MaxValue, int.MinValue, uint.MaxValue, long.MaxValue, long.MinValue];

    /// <summary>One to five changes, each at a random place.</summary>
    /// <param name="original">The file.</param>
    /// <param name="other">Another, to take parts of.</param>
    /// <param name="random">Where and what.</param>
    public static byte[] Of(byte[] original, byte[] other, Random random)
    {
        byte[] mutated = original;
        for (int change = random.Next(1, 6); change > 0 && mutated.Length > 0; change--)
            mutated = Changed(mutated, other, random);
        return mutated;
    }

    private static byte[] Changed(byte[] file, byte[] other, Random random)
    {
        (int place, Range part) = (random.Next(file.Length), Part(file, random));
        return random.Next(8) switch
        {
            0 => With(file, place, (byte)(file[place] ^ (1 << random.Next(8)))),
            1 => With(file, place, (byte)random.Next(256)),
            2 => Overwritten(file, place, BitConverter.GetBytes(Extremes[random.Next(Extremes.Length)]).AsSpan(0, 1 << random.Next(4))),
            3 => file[..place],
            4 => [.. file[..place], .. file[part], .. file[place..]],
            5 => [.. file[..part.Start.Value], .. file[part.End.Value..]],
            6 => [.. file[..place], .. other[Part(other, random)], .. file[place..]],
            _ => Overwritten(file, place, file.AsSpan()[part]),
        };
    }

    private static Range Part(byte[] file, Random random)
    {
        int start = random.Next(file.Length);
        return start..random.Next(start, Math.Min(file.Length, start + 64));
    }

    private static byte[] With(byte[] file, int place, byte value) => Overwritten(file, place, [value]);

    private static byte[] Overwritten(byte[] file, int place, ReadOnlySpan<byte> bytes)
    {
        byte[] changed = [.. file];
        bytes[..Math.Min(bytes.Length, file.Length - place)].CopyTo(changed.AsSpan(place));
        return changed;
    }
}

internal static class Errors
{
    /// <summary>The message of the error that reading a file gives; it names the file and ends with what to do.</summary>
    public static string Of(string path)
    {
        var exception = Assert.Throws<WeightsException>(() => WeightsFile.Read(path));
        Assert.Contains(path, exception.Message, StringComparison.Ordinal);
        Assert.EndsWith(".", exception.Remedy, StringComparison.Ordinal);
        return exception.Message;
    }
}
