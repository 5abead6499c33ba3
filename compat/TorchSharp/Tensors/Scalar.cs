using TorchSharp.Interop;

namespace TorchSharp;

/// <summary>A number beside tensors: whatever C# number it came from. It holds nothing that needs disposing.</summary>
public sealed class Scalar : IDisposable
{
    internal Scalar(Number number) => Number = number;

    public torch.ScalarType Type => Number.Type;

    internal Number Number { get; }

    public static implicit operator Scalar(byte value) => value.ToScalar();

    public static implicit operator Scalar(sbyte value) => value.ToScalar();

    public static implicit operator Scalar(short value) => value.ToScalar();

    public static implicit operator Scalar(int value) => value.ToScalar();

    public static implicit operator Scalar(long value) => value.ToScalar();

    public static implicit operator Scalar(Half value) => value.ToScalar();

    public static implicit operator Scalar(float value) => value.ToScalar();

    public static implicit operator Scalar(double value) => value.ToScalar();

    public static implicit operator Scalar(bool value) => value.ToScalar();

    public void Dispose()
    {
    }
}
