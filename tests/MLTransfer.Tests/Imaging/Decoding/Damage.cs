namespace MLTransfer.Tests.Imaging.Decoding;

/// <summary>What can happen to a file: the seed decides what does.</summary>
internal static class Damage
{
    private static readonly uint[] Extremes = [0, 1, 0x7F, 0x80, 0xFF, 0x7FFF, 0xFFFF, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFE, 0xFFFFFFFF];

    internal static byte[] Done(byte[] whole, int seed)
    {
        Random random = new(seed);
        return random.Next(6) switch
        {
            0 => Flipped(whole, random, 1),
            1 => Flipped(whole, random, random.Next(2, 16)),
            2 => whole[..random.Next(whole.Length)],
            3 => WithNumber(whole, random),
            4 => WithoutPart(whole, random),
            _ => WithPartTwice(whole, random),
        };
    }

    private static byte[] Flipped(byte[] whole, Random random, int times)
    {
        byte[] bytes = [.. whole];
        for (int i = 0; i < times; i++)
            bytes[random.Next(bytes.Length)] ^= (byte)(1 << random.Next(8));
        return bytes;
    }

    // Sizes, counts and offsets: near the beginning more often than not.
    private static byte[] WithNumber(byte[] whole, Random random)
    {
        byte[] bytes = [.. whole], number = BitConverter.GetBytes(Extremes[random.Next(Extremes.Length)]);
        if (random.Next(2) == 0)
            Array.Reverse(number);
        int at = random.Next(random.Next(2) == 0 ? Math.Min(80, bytes.Length - 4) : bytes.Length - 4);
        number.CopyTo(bytes, at);
        return bytes;
    }

    private static byte[] WithoutPart(byte[] whole, Random random)
    {
        (int from, int to) = Part(whole, random);
        return [.. whole.AsSpan(0, from), .. whole.AsSpan(to)];
    }

    private static byte[] WithPartTwice(byte[] whole, Random random)
    {
        (int from, int to) = Part(whole, random);
        return [.. whole.AsSpan(0, to), .. whole.AsSpan(from)];
    }

    private static (int From, int To) Part(byte[] whole, Random random)
    {
        int from = random.Next(whole.Length);
        return (from, random.Next(from, Math.Min(whole.Length, from + 64) + 1));
    }
}
