using System.Runtime.InteropServices;

namespace TorchSharp.Interop;

/// <summary>A scalar on its way over the border: its type, and the bits of a double or of a long.</summary>
[StructLayout(LayoutKind.Sequential)]
internal readonly struct Number
{
    private readonly long _dtype;
    private readonly long _bits;

    internal Number(double value, torch.ScalarType dtype) => (_dtype, _bits) = ((long)dtype, BitConverter.DoubleToInt64Bits(value));

    internal Number(long value, torch.ScalarType dtype) => (_dtype, _bits) = ((long)dtype, value);

    internal torch.ScalarType Type => (torch.ScalarType)_dtype;

    internal double Real => torch.is_floating_point(Type) ? BitConverter.Int64BitsToDouble(_bits) : _bits;

    internal long Whole => torch.is_floating_point(Type) ? (long)BitConverter.Int64BitsToDouble(_bits) : _bits;
}
