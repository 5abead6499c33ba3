using System.Buffers.Binary;
using System.IO.Hashing;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;
using static TorchSharp.torch;

namespace MLTransfer.Features;

/// <summary>How the output of a layer for one image lies in a file.</summary>
/// <param name="Type">The number format: float32 or bfloat16.</param>
/// <param name="IsChannelsLast">Whether the output is (C, H, W), and stored as (H, W, C).</param>
/// <param name="Shape">As it is stored.</param>
internal sealed record ActivationLayout(ScalarType Type, bool IsChannelsLast, long[] Shape)
{
    /// <summary>Bytes of one image.</summary>
    public int Bytes { get; } =
        checked((int)(Shape.Aggregate(1L, (product, side) => checked(product * side)) * (Type == ScalarType.BFloat16 ? 2 : 4)));

    public bool Equals(ActivationLayout? other) => other is not null
        && (other.Type, other.IsChannelsLast) == (Type, IsChannelsLast) && other.Shape.SequenceEqual(Shape);

    public override int GetHashCode() => HashCode.Combine(Type, IsChannelsLast, Bytes);
}

/// <summary>
/// One file with a row for each image, which are written in any order: a header (magic, rows, layout), a checksum for each row (XXH3, whose
/// seed is the header's plus the row's number; 0 for a missing one), then the rows. Rows that a killed process did not finish do not agree
/// with theirs.
/// </summary>
internal sealed class ActivationFile : IDisposable
{
    private const int HeaderLength = 64, RowsAt = 8, LayoutAt = 12, ShapeAt = 16, MostDimensions = 4;
    private readonly SafeFileHandle _file;
    private readonly ulong[] _checksums;
    private readonly long _seed;

    private ActivationFile(SafeFileHandle file, byte[] header, ActivationLayout layout, ulong[] checksums) =>
        (_file, _seed, Layout, _checksums) = (file, (long)XxHash3.HashToUInt64(header), layout, checksums);

    public ActivationLayout Layout { get; }

    private static ReadOnlySpan<byte> Magic => "MLTACTV1"u8;

    /// <summary>Opens a file; null where there is none, or one for another number of images, or a damaged one.</summary>
    public static ActivationFile? TryOpen(string path, int rows)
    {
        SafeFileHandle? file = null;
        try
        {
            if (!File.Exists(path)) return null;
            file = File.OpenHandle(path, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete);
            byte[] header = new byte[HeaderLength];
            ulong[] checksums = new ulong[rows];
            if (RandomAccess.Read(file, header, 0) == HeaderLength && LayoutIn(header, rows) is { } layout
                && RandomAccess.GetLength(file) == Offset(rows, layout, rows)
                && RandomAccess.Read(file, MemoryMarshal.AsBytes(checksums.AsSpan()), HeaderLength) == rows * sizeof(ulong))
            {
                return new(file, header, layout, checksums);
            }
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            // The outputs are computed again; whether they can be written is told then.
        }

        file?.Dispose();
        return null;
    }

    /// <summary>Creates a file without any row, in place of another one.</summary>
    /// <exception cref="IOException">It cannot be written.</exception>
    public static ActivationFile Create(string path, int rows, ActivationLayout layout) => Create(
        File.OpenHandle(path, FileMode.Create, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete), rows, layout);

    /// <summary>Makes an empty file one without any row, and owns it.</summary>
    /// <exception cref="IOException">It cannot be written.</exception>
    public static ActivationFile Create(SafeFileHandle file, int rows, ActivationLayout layout)
    {
        try
        {
            byte[] header = new byte[HeaderLength];
            Magic.CopyTo(header);
            BinaryPrimitives.WriteInt32LittleEndian(header.AsSpan(RowsAt), rows);
            header[LayoutAt] = (byte)(layout.Type == ScalarType.BFloat16 ? 1 : 0);
            header[LayoutAt + 1] = (byte)(layout.IsChannelsLast ? 1 : 0);
            header[LayoutAt + 2] = (byte)layout.Shape.Length;
            for (int i = 0; i < layout.Shape.Length; i++)
                BinaryPrimitives.WriteInt32LittleEndian(header.AsSpan(ShapeAt + (i * sizeof(int))), (int)layout.Shape[i]);
            RandomAccess.Write(file, header, 0);
            RandomAccess.SetLength(file, Offset(rows, layout, rows));
            return new(file, header, layout, new ulong[rows]);
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <summary>Whether a row was written; whether it is undamaged, reading it tells.</summary>
    public bool Has(int row) => _checksums[row] != 0;

    /// <summary>Reads a row.</summary>
    /// <returns>Whether it was there, and agreed with its checksum.</returns>
    public bool TryRead(int row, Span<byte> values)
    {
        try
        {
            if (Has(row) && RandomAccess.Read(_file, values, Offset(_checksums.Length, Layout, row)) == values.Length
                && Checksum(row, values) == _checksums[row])
            {
                return true;
            }
        }
        catch (Exception failure) when (failure is IOException or ObjectDisposedException)
        {
            // As a damaged one.
        }

        _checksums[row] = 0;
        return false;
    }

    /// <summary>Writes a row.</summary>
    /// <exception cref="IOException">It cannot be written.</exception>
    public void Write(int row, ReadOnlySpan<byte> values)
    {
        RandomAccess.Write(_file, values, Offset(_checksums.Length, Layout, row));
        ulong checksum = Checksum(row, values);
        RandomAccess.Write(_file, MemoryMarshal.AsBytes([checksum]), HeaderLength + ((long)row * sizeof(ulong)));
        _checksums[row] = checksum;
    }

    public void Dispose() => _file.Dispose();

    private ulong Checksum(int row, ReadOnlySpan<byte> values) =>
        Math.Max(1, XxHash3.HashToUInt64(values, unchecked(_seed + row)));

    private static long Offset(int rows, ActivationLayout layout, int row) =>
        HeaderLength + ((long)rows * sizeof(ulong)) + ((long)row * layout.Bytes);

    private static ActivationLayout? LayoutIn(ReadOnlySpan<byte> header, int rows)
    {
        int dimensions = header[LayoutAt + 2];
        if (!header.StartsWith(Magic) || BinaryPrimitives.ReadInt32LittleEndian(header[RowsAt..]) != rows) return null;
        if (header[LayoutAt] > 1 || header[LayoutAt + 1] > 1 || dimensions is 0 or > MostDimensions) return null;
        long[] shape = new long[dimensions];
        for (int i = 0; i < dimensions; i++) shape[i] = BinaryPrimitives.ReadInt32LittleEndian(header[(ShapeAt + (i * sizeof(int)))..]);
        // Not more than an array can have, so that no product overflows.
        bool isPossible = shape.All(side => side > 0) && shape.Aggregate(1.0, (product, side) => product * side) < Array.MaxLength / 4.0;
        return isPossible ? new(header[LayoutAt] == 1 ? ScalarType.BFloat16 : ScalarType.Float32, header[LayoutAt + 1] == 1, shape) : null;
    }
}
