using System.Globalization;
using System.Runtime.InteropServices;
using BitMiracle.LibTiff.Classic;
using MLTransfer.Imaging.Transforms;

namespace MLTransfer.Imaging.Decoding;

/// <summary>
/// The first page of TIFF files, decompressed by LibTiff.NET. Values are converted to colors here, as Pillow does: 16-bit values keep their
/// upper 8 bits, and only a declared alpha is used.
/// </summary>
internal sealed class TiffDecoder : FormatDecoder
{
    private const int PixelBytes = 4, AlphaByte = 3;

    private readonly TiffHeader _tiff;

    // The error handler is process-wide: errors about other input are passed on to the previous handler.
    static TiffDecoder()
    {
        Complaints complaints = new();
        if (Tiff.SetErrorHandler(complaints) is { } previous)
            complaints.Previous = previous;
    }

    private TiffDecoder(ReadOnlyMemory<byte> encoded, TiffHeader header) : base(encoded) =>
        (_tiff, Header) = (header, header.Image);

    /// <returns>Null when there is no size, or the tags contradict each other.</returns>
    /// <exception cref="ImageException">The image is of an unsupported kind.</exception>
    internal static TiffDecoder? Open(string name, ReadOnlyMemory<byte> encoded) =>
        TiffHeader.Read(name, encoded.Span) is { } header ? new TiffDecoder(encoded, header) : null;

    internal override DecodedPixels Decode(DecodingOptions options, NeededPixels needed)
    {
        DecodedPixels pixels = new(Header.Size);
        Input input = new(Encoded);
        try
        {
            using Tiff tiff = Tiff.ClientOpen("memory", "r", input, input) ?? throw new ArgumentException("its tags cannot be read");
            ThrowIfTagsDiffer(tiff);
            if (_tiff.Photometric == TiffPhotometric.YCbCr)
                tiff.SetField(TiffTag.JPEGCOLORMODE, JpegColorMode.RGB);
            ReadValues(tiff, pixels);
            ConvertToRgba(pixels.Bytes);
            if (!_tiff.IsPremultiplied)
                pixels.Premultiply();
            return pixels;
        }
        // The library checks less than it reads: damage ends in exceptions of any kind, but never outside managed memory.
        catch (Exception exception) when (exception is not OutOfMemoryException)
        {
            pixels.Dispose();
            throw new ArgumentException(input.Complaint ?? exception.Message, exception);
        }
        catch
        {
            pixels.Dispose();
            throw;
        }
    }

    // A tag may occur twice: what was checked must be what is read.
    private void ThrowIfTagsDiffer(Tiff tiff)
    {
        bool agree = Number(TiffTag.IMAGEWIDTH) == Header.Size.Width && Number(TiffTag.IMAGELENGTH) == Header.Size.Height
            && Number(TiffTag.BITSPERSAMPLE) == _tiff.Bits && Number(TiffTag.SAMPLESPERPIXEL) == _tiff.Samples
            && (_tiff.Samples == 1 || Number(TiffTag.PLANARCONFIG) == (_tiff.IsPlanar ? 2 : 1))
            && tiff.IsTiled() == _tiff.Tile is not null
            && (_tiff.Tile is not { } tile || Number(TiffTag.TILEWIDTH) == tile.Width && Number(TiffTag.TILELENGTH) == tile.Height);
        if (!agree)
            throw new ArgumentException("its tags contradict each other");

        int Number(TiffTag tag) => tiff.GetFieldDefaulted(tag)[0].ToInt();
    }

    /// <summary>Writes each color value, and the alpha, to its own byte of each pixel.</summary>
    private void ReadValues(Tiff tiff, DecodedPixels pixels)
    {
        List<(int Sample, int Byte)> wanted = [.. Enumerable.Range(0, _tiff.ColorCount).Select(i => (i, i))];
        if (_tiff.Alpha >= 0)
            wanted.Add((_tiff.Alpha, AlphaByte));
        if (_tiff.IsPlanar)
        {
            foreach ((int sample, int place) in wanted)
                ReadPlane(tiff, pixels, sample, [(0, place)], step: 1);
        }
        else
        {
            ReadPlane(tiff, pixels, plane: 0, wanted, _tiff.Samples);
        }
    }

    private void ReadPlane(Tiff tiff, DecodedPixels pixels, int plane, List<(int Sample, int Byte)> wanted, int step)
    {
        if (_tiff.Tile is { } tile)
        {
            ReadTiles(tiff, pixels, plane, wanted, step, tile);
            return;
        }
        byte[] row = new byte[tiff.ScanlineSize()];
        for (int y = 0; y < pixels.Height; y++)
        {
            if (!tiff.ReadScanline(row, 0, y, (short)plane))
                throw PixelsAreMissing();
            foreach ((int sample, int place) in wanted)
                Unpack(row, sample, step, pixels.Row(y)[place..]);
        }
    }

    private void ReadTiles(
        Tiff tiff, DecodedPixels pixels, int plane, List<(int Sample, int Byte)> wanted, int step, ImageDimensions size)
    {
        byte[] tile = new byte[tiff.TileSize()];
        int stride = tiff.TileRowSize();
        for (int top = 0; top < pixels.Height; top += size.Height)
        {
            for (int left = 0; left < pixels.Width; left += size.Width)
            {
                if (tiff.ReadTile(tile, 0, left, top, 0, (short)plane) < 0)
                    throw PixelsAreMissing();
                for (int y = top; y < Math.Min(top + size.Height, pixels.Height); y++)
                {
                    Span<byte> target = pixels.Row(y).Slice(left * PixelBytes, Math.Min(size.Width, pixels.Width - left) * PixelBytes);
                    foreach ((int sample, int place) in wanted)
                        Unpack(tile.AsSpan((y - top) * stride, stride), sample, step, target[place..]);
                }
            }
        }
    }

    private static ArgumentException PixelsAreMissing() => new("not all of its pixels are there");

    /// <summary>One value of each pixel of a row, as 8 bits; a palette index unchanged.</summary>
    /// <param name="row">The row's values; those of 16 bits in the byte order of this machine.</param>
    /// <param name="sample">Which of a pixel's values.</param>
    /// <param name="step">How many values a pixel has in this row.</param>
    /// <param name="target">Every fourth byte gets a value.</param>
    private void Unpack(ReadOnlySpan<byte> row, int sample, int step, Span<byte> target)
    {
        int bits = _tiff.Bits;
        if (bits == 16)
        {
            ReadOnlySpan<ushort> values = MemoryMarshal.Cast<byte, ushort>(row);
            for (int i = 0, from = sample; i < target.Length; i += PixelBytes, from += step)
                target[i] = (byte)(values[from] >> 8);
        }
        else if (bits == 8)
        {
            for (int i = 0, from = sample; i < target.Length; i += PixelBytes, from += step)
                target[i] = row[from];
        }
        else
        {
            int mask = (1 << bits) - 1, scale = _tiff.Photometric == TiffPhotometric.Palette ? 1 : byte.MaxValue / mask;
            for (int i = 0, bit = sample * bits; i < target.Length; i += PixelBytes, bit += step * bits)
                target[i] = (byte)(((row[bit >> 3] >> (8 - bits - (bit & 7))) & mask) * scale);
        }
    }

    /// <summary>Turns the values in the bytes of each pixel into colors premultiplied by alpha.</summary>
    private void ConvertToRgba(Span<byte> pixels)
    {
        for (int i = 0; i < pixels.Length; i += PixelBytes)
        {
            Span<byte> pixel = pixels.Slice(i, PixelBytes);
            switch (_tiff.Photometric)
            {
                case TiffPhotometric.WhiteIsZero:
                    pixel[..AlphaByte].Fill((byte)~pixel[0]);
                    break;
                case TiffPhotometric.BlackIsZero:
                    pixel[..AlphaByte].Fill(pixel[0]);
                    break;
                case TiffPhotometric.Palette:
                    LookUp(_tiff.Palette, pixel);
                    break;
                case TiffPhotometric.Cmyk:
                    MixInks(pixel);
                    break;
            }
            if (_tiff.Alpha < 0)
                pixel[AlphaByte] = byte.MaxValue;
        }
    }

    private static void LookUp(uint[] palette, Span<byte> pixel)
    {
        int index = pixel[0], count = palette.Length / 3;
        for (int color = 0; color < 3; color++)
            pixel[color] = (byte)(palette[color * count + index] >> 8);
    }

    private static void MixInks(Span<byte> pixel)
    {
        int white = byte.MaxValue - pixel[3];
        for (int ink = 0; ink < 3; ink++)
            pixel[ink] = (byte)(white - DecodedPixels.Multiply(pixel[ink], white));
    }

    /// <summary>The file, and the library's complaints about it.</summary>
    private sealed class Input(ReadOnlyMemory<byte> bytes) : TiffStream
    {
        private long _position;

        internal string? Complaint { get; set; }

        public override int Read(object clientData, byte[] buffer, int offset, int count)
        {
            int read = (int)Math.Clamp(bytes.Length - _position, 0, count);
            bytes.Span.Slice((int)Math.Min(_position, bytes.Length), read).CopyTo(buffer.AsSpan(offset));
            _position += read;
            return read;
        }

        public override void Write(object clientData, byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override long Seek(object clientData, long offset, SeekOrigin origin) =>
            _position = Math.Max(0, offset + (origin switch { SeekOrigin.Current => _position, SeekOrigin.End => bytes.Length, _ => 0 }));

        public override void Close(object clientData)
        {
        }

        public override long Size(object clientData) => bytes.Length;
    }

    /// <summary>Keeps the first complaint for the image's error; the library would print it.</summary>
    private sealed class Complaints : TiffErrorHandler
    {
        // The library creates its default handler, which prints, only at its first message.
        internal TiffErrorHandler Previous { get; set; } = new();

        public override void ErrorHandler(Tiff tif, string method, string format, params object[] args)
        {
            if (!IsOurs(tif))
                Previous.ErrorHandler(tif, method, format, args);
        }

        public override void ErrorHandlerExt(Tiff tif, object clientData, string method, string format, params object[] args)
        {
            if (clientData is Input input)
                input.Complaint ??= string.Format(CultureInfo.InvariantCulture, format, args);
            else if (!IsOurs(tif))
                Previous.ErrorHandlerExt(tif, clientData, method, format, args);
        }

        public override void WarningHandler(Tiff tif, string method, string format, params object[] args)
        {
            if (!IsOurs(tif))
                Previous.WarningHandler(tif, method, format, args);
        }

        public override void WarningHandlerExt(Tiff tif, object clientData, string method, string format, params object[] args)
        {
            if (!IsOurs(tif))
                Previous.WarningHandlerExt(tif, clientData, method, format, args);
        }

        // The library reports some errors without the file.
        private static bool IsOurs(Tiff? tiff) => tiff?.Clientdata() is Input;
    }
}
