using System.Runtime.InteropServices;

namespace TorchSharp.Interop;

/// <summary>One entry of <c>tensor[…]</c> on its way over the border; the shim's <c>Index</c>.</summary>
[StructLayout(LayoutKind.Sequential)]
internal readonly struct NativeIndex
{
    private readonly long _kind;
    private readonly long _start;
    private readonly long _stop;
    private readonly long _step;
    private readonly nint _tensor;

    internal NativeIndex(torch.TensorIndex.Kind kind, long? start, long? stop, long? step, torch.Tensor? tensor)
    {
        _kind = (long)kind;
        _start = start ?? long.MinValue;
        _stop = stop ?? long.MinValue;
        _step = step ?? long.MinValue;
        _tensor = tensor is null ? 0 : tensor.Handle;
    }
}
