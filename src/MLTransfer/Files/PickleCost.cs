namespace MLTransfer.Files;

/// <summary>
/// What an instruction may take of memory: no less than what it makes, including what lists and dictionaries throw away as they grow. Text
/// and
/// bytes are not counted here; they are paid for once, with the length of the pickle.
/// </summary>
internal static class PickleCost
{
    private const int Value = 48, Remembered = 32, Named = 384, Stored = 256, Rebuilt = 384;

    /// <summary>A pair of a dictionary, which a list can be turned into again and again.</summary>
    public const int OfPair = 64;

    public static int Of(PickleOpcode code) => code switch
    {
        PickleOpcode.BinPut or PickleOpcode.LongBinPut or PickleOpcode.Memoize => Remembered,
        PickleOpcode.Global or PickleOpcode.StackGlobal => Named,
        PickleOpcode.BinPersistentId => Stored,
        PickleOpcode.Reduce or PickleOpcode.NewObject => Rebuilt,
        _ => Value,
    };

    /// <summary>Text takes two bytes for one; a number of any length is copied once.</summary>
    public static Int128 OfText(long pickleLength) => 3 * (Int128)pickleLength;
}
