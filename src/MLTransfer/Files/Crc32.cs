using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace MLTransfer.Files;

/// <summary>The checksum of zip entries (ISO 3309, reflected polynomial 0xEDB88320), eight bytes at a step with eight tables.</summary>
internal struct Crc32
{
    private const int Step = 8;
    private static readonly uint[][] Tables = MakeTables();
    private uint _register = ~0u;

    public Crc32()
    {
    }

    /// <summary>The checksum of all bytes so far.</summary>
    public readonly uint Value => ~_register;

    /// <summary>Goes on with the next bytes.</summary>
    public void Add(ReadOnlySpan<byte> bytes)
    {
        if (Crc32Folding.IsSupported && bytes.Length >= Crc32Folding.Least)
        {
            Span<byte> folded = stackalloc byte[Crc32Folding.Size];
            bytes = bytes[Crc32Folding.Fold(bytes, _register, folded)..];
            _register = Continue(0, folded);
        }
        _register = Continue(_register, bytes);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static uint Continue(uint crc, ReadOnlySpan<byte> bytes)
    {
        uint[] t0 = Tables[0], t1 = Tables[1], t2 = Tables[2], t3 = Tables[3], t4 = Tables[4], t5 = Tables[5], t6 = Tables[6],
            t7 = Tables[7];
        foreach (ulong word in MemoryMarshal.Cast<byte, ulong>(bytes))
        {
            ulong mixed = word ^ crc;
            crc = t7[(byte)mixed] ^ t6[(byte)(mixed >> 8)] ^ t5[(byte)(mixed >> 16)] ^ t4[(byte)(mixed >> 24)]
                ^ t3[(byte)(mixed >> 32)] ^ t2[(byte)(mixed >> 40)] ^ t1[(byte)(mixed >> 48)] ^ t0[(byte)(mixed >> 56)];
        }
        foreach (byte value in bytes[(bytes.Length / Step * Step)..])
            crc = t0[(byte)(crc ^ value)] ^ (crc >> 8);
        return crc;
    }

    private static uint[][] MakeTables()
    {
        var tables = new uint[Step][];
        for (int table = 0; table < Step; table++)
        {
            tables[table] = new uint[256];
            for (uint value = 0; value < 256; value++)
                tables[table][value] = table == 0 ? Shifted(value)
                    : tables[0][(byte)tables[table - 1][value]] ^ (tables[table - 1][value] >> 8);
        }
        return tables;
    }

    private static uint Shifted(uint value)
    {
        for (int bit = 0; bit < 8; bit++)
            value = (value & 1) != 0 ? 0xEDB88320u ^ (value >> 1) : value >> 1;
        return value;
    }
}
