namespace MLTransfer.Imaging.Decoding;

/// <summary>Walks the codes of single blocks (ITU T.81, annexes F and G) without computing what they hold.</summary>
internal struct JpegBlocks(JpegBand band, bool isProgressive)
{
    private const int LongRun = 15, LongestNumber = 16;

    // How many blocks to come have nothing more in this band.
    private int _empty;

    internal void Restart() => _empty = 0;

    /// <param name="bits">The data.</param>
    /// <param name="component">Whose block it is.</param>
    /// <param name="block">Which one, where the scan has only this component.</param>
    /// <exception cref="ArgumentException">Some of the bits are no code.</exception>
    internal void Walk(ref JpegBits bits, JpegComponent component, int block)
    {
        if (!isProgressive)
        {
            SkipNumber(ref bits, component.Dc);
            WalkWhole(ref bits, component.Ac);
        }
        else if (band.First > 0)
        {
            ref ulong seen = ref component.Seen[block];
            if (band.IsRefining)
                Refine(ref bits, component.Ac, ref seen);
            else
                WalkBand(ref bits, component.Ac, ref seen);
        }
        else if (band.IsRefining)
        {
            bits.Read(1);
        }
        else
        {
            SkipNumber(ref bits, component.Dc);
        }
    }

    private static void SkipNumber(ref JpegBits bits, JpegCodes codes) => bits.Read(Math.Min(Symbol(ref bits, codes), LongestNumber));

    private static void WalkWhole(ref JpegBits bits, JpegCodes codes)
    {
        for (int k = 1; k <= 63; k++)
        {
            int symbol = Known(codes.ReadWithNumber(ref bits));
            if ((symbol & 15) == 0 && symbol >> 4 != LongRun)
                return;
            k += symbol >> 4;
        }
    }

    private void WalkBand(ref JpegBits bits, JpegCodes codes, ref ulong seen)
    {
        if (_empty > 0)
        {
            _empty--;
            return;
        }
        for (int k = band.First; k <= band.Last; k++)
        {
            int symbol = Symbol(ref bits, codes), run = symbol >> 4, size = symbol & 15;
            if (size == 0 && run != LongRun)
            {
                _empty = (1 << run) - 1 + bits.Read(run);
                return;
            }
            k += run;
            bits.Read(size);
            if (size > 0)
                seen |= 1UL << (k & 63);
        }
    }

    private void Refine(ref JpegBits bits, JpegCodes codes, ref ulong seen)
    {
        int k = band.First;
        while (_empty == 0 && k <= band.Last)
        {
            int symbol = Symbol(ref bits, codes), run = symbol >> 4, size = symbol & 15;
            if (size == 0 && run != LongRun)
            {
                _empty = (1 << run) + bits.Read(run);
                break;
            }
            bits.Read(size == 0 ? 0 : 1);
            // The run counts only coefficients that are 0 so far; each of the others has a bit of its own.
            for (; k <= band.Last; k++)
            {
                if ((seen >> k & 1) != 0)
                    bits.Read(1);
                else if (--run < 0)
                    break;
            }
            if (size > 0 && k <= band.Last)
                seen |= 1UL << k;
            k++;
        }
        if (_empty == 0)
            return;
        for (; k <= band.Last; k++)
        {
            if ((seen >> k & 1) != 0)
                bits.Read(1);
        }
        _empty--;
    }

    private static int Symbol(ref JpegBits bits, JpegCodes codes) => Known(codes.Read(ref bits));

    private static int Known(int symbol) => symbol >= 0 ? symbol : throw new ArgumentException("some bits of its JPEG data are no code");
}
