using BitMiracle.LibTiff.Classic;

namespace MLTransfer.Imaging.Decoding;

/// <summary>
/// The first page of TIFF files through LibTiff.NET, which decompresses; what values become which colours is decided here, as Pillow does
/// it:
/// 16 bits keep their upper 8, and only what is said to be alpha is.
/// </summary>
internal static class TiffCodec
{
    private const int PixelBytes = 4, AlphaByte = 3;

    static TiffCodec()
    {
        Complaints complaints = new();
        // The handler is one for the whole process: what is not about our own input goes on to the one before.
        if (Tiff.SetErrorHandler(complaints) is { } previous)
            complaints.Previous = previous;
    }

    /// <summary>Pixels with colours premultiplied by alpha, in the order they are stored.</summary>
    /// <exception cref="ArgumentException">The data is damaged.</exception>
    internal static PixelMemory Decode(ReadOnlyMemory<byte> encoded, TiffHeader header)
    {
        PixelMemory pixels = new(header.Image.Width, header.Image.Height);
        Input input = new(encoded);
        try
        {
            using Tiff tiff = Tiff.ClientOpen("memory", "r", input, input) ?? throw new ArgumentException("its tags cannot be read");
            Compare(tiff, header);
            if (header.Colours == TiffColours.YCbCr)
                tiff.SetField(TiffTag.JPEGCOLORMODE, JpegColorMode.RGB);
            ReadValues(tiff, header, pixels);
            TiffPixels.ToColours(pixels, header);
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

    // Tags may be there twice. What was checked must be what is read.
    private static void Compare(Tiff tiff, TiffHeader header)
    {
        bool agrees = Number(TiffTag.IMAGEWIDTH) == header.Image.Width && Number(TiffTag.IMAGELENGTH) == header.Image.Height
            && Number(TiffTag.BITSPERSAMPLE) == header.Bits && Number(TiffTag.SAMPLESPERPIXEL) == header.Samples
            && (header.Samples == 1 || Number(TiffTag.PLANARCONFIG) == (header.IsPlanar ? 2 : 1))
            && tiff.IsTiled() == header.Tile is not null
            && (header.Tile is not { } tile || Number(TiffTag.TILEWIDTH) == tile.Width && Number(TiffTag.TILELENGTH) == tile.Height);
        if (!agrees)
            throw new ArgumentException("its tags contradict each other");

        int Number(TiffTag tag) => tiff.GetFieldDefaulted(tag)[0].ToInt();
    }

    /// <summary>Brings each colour's value, and the alpha, into a byte of its own of each pixel.</summary>
    private static void ReadValues(Tiff tiff, TiffHeader header, PixelMemory pixels)
    {
        List<(int Sample, int Byte)> wanted = [.. Enumerable.Range(0, header.ColourCount).Select(i => (i, i))];
        if (header.Alpha >= 0)
            wanted.Add((header.Alpha, AlphaByte));
        if (header.IsPlanar)
        {
            foreach ((int sample, int place) in wanted)
                ReadPlane(tiff, header, pixels, sample, [(0, place)], step: 1);
        }
        else
        {
            ReadPlane(tiff, header, pixels, plane: 0, wanted, header.Samples);
        }
    }

    private static void ReadPlane(
        Tiff tiff, TiffHeader header, PixelMemory pixels, int plane, List<(int Sample, int Byte)> wanted, int step)
    {
        if (header.Tile is { } tile)
        {
            ReadTiles(tiff, header, pixels, plane, wanted, step, tile);
            return;
        }
        byte[] row = new byte[tiff.ScanlineSize()];
        for (int y = 0; y < pixels.Height; y++)
        {
            if (!tiff.ReadScanline(row, 0, y, (short)plane))
                throw NotAllThere();
            foreach ((int sample, int place) in wanted)
                TiffPixels.Unpack(row, header, sample, step, pixels.Row(y)[place..]);
        }
    }

    private static void ReadTiles(
        Tiff tiff, TiffHeader header, PixelMemory pixels, int plane, List<(int Sample, int Byte)> wanted, int step, ImageDimensions size)
    {
        byte[] tile = new byte[tiff.TileSize()];
        int stride = tiff.TileRowSize();
        for (int top = 0; top < pixels.Height; top += size.Height)
        {
            for (int left = 0; left < pixels.Width; left += size.Width)
            {
                if (tiff.ReadTile(tile, 0, left, top, 0, (short)plane) < 0)
                    throw NotAllThere();
                for (int y = top; y < Math.Min(top + size.Height, pixels.Height); y++)
                {
                    Span<byte> target = pixels.Row(y).Slice(left * PixelBytes, Math.Min(size.Width, pixels.Width - left) * PixelBytes);
                    foreach ((int sample, int place) in wanted)
                        TiffPixels.Unpack(tile.AsSpan((y - top) * stride, stride), header, sample, step, target[place..]);
                }
            }
        }
    }

    private static ArgumentException NotAllThere() => new("not all of its pixels are there");

    /// <summary>The file, and what the library says of it.</summary>
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
        // The library makes its own, which prints, only once it has something to say.
        internal TiffErrorHandler Previous { get; set; } = new();

        public override void ErrorHandler(Tiff tif, string method, string format, params object[] args)
        {
            if (!IsOurs(tif))
                Previous.ErrorHandler(tif, method, format, args);
        }

        public override void ErrorHandlerExt(Tiff tif, object clientData, string method, string format, params object[] args)
        {
            if (clientData is Input input)
                input.Complaint ??= string.Format(System.Globalization.CultureInfo.InvariantCulture, format, args);
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

        // Some complaints come without the file.
        private static bool IsOurs(Tiff? tiff) => tiff?.Clientdata() is Input;
    }
}
