using TorchSharp.Interop;

namespace TorchSharp;

/// <summary>From C# numbers to scalars and back.</summary>
public static class ScalarExtensionMethods
{
    public static Scalar ToScalar(this byte value) => new(new Number((long)value, torch.ScalarType.Byte));

    public static Scalar ToScalar(this sbyte value) => new(new Number((long)value, torch.ScalarType.Int8));

    public static Scalar ToScalar(this short value) => new(new Number((long)value, torch.ScalarType.Int16));

    public static Scalar ToScalar(this int value) => new(new Number((long)value, torch.ScalarType.Int32));

    public static Scalar ToScalar(this long value) => new(new Number(value, torch.ScalarType.Int64));

    public static Scalar ToScalar(this Half value) => new(new Number((double)value, torch.ScalarType.Float16));

    public static Scalar ToScalar(this float value) => new(new Number((double)value, torch.ScalarType.Float32));

    public static Scalar ToScalar(this double value) => new(new Number(value, torch.ScalarType.Float64));

    public static Scalar ToScalar(this bool value) => new(new Number(value ? 1L : 0L, torch.ScalarType.Bool));

    public static byte ToByte(this Scalar value) => (byte)value.Number.Whole;

    public static sbyte ToSByte(this Scalar value) => (sbyte)value.Number.Whole;

    public static short ToInt16(this Scalar value) => (short)value.Number.Whole;

    public static int ToInt32(this Scalar value) => (int)value.Number.Whole;

    public static long ToInt64(this Scalar value) => value.Number.Whole;

    public static Half ToHalf(this Scalar value) => (Half)value.Number.Real;

    public static float ToSingle(this Scalar value) => (float)value.Number.Real;

    public static double ToDouble(this Scalar value) => value.Number.Real;

    public static bool ToBoolean(this Scalar value) => value.Number.Real != 0;
}
