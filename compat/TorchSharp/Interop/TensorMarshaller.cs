using System.Runtime.InteropServices.Marshalling;

namespace TorchSharp.Interop;

/// <summary>
/// Hands tensors to native code by their handle, and makes tensors of the handles that come back. While a call runs, its
/// arguments are kept from the garbage collector; a missing result is turned into the exception with libtorch's message.
/// </summary>
[CustomMarshaller(typeof(torch.Tensor), MarshalMode.ManagedToUnmanagedIn, typeof(In))]
[CustomMarshaller(typeof(torch.Tensor), MarshalMode.ManagedToUnmanagedOut, typeof(Out))]
internal static class TensorMarshaller
{
    internal ref struct In
    {
        private torch.Tensor? _tensor;

        public void FromManaged(torch.Tensor? tensor) => _tensor = tensor;

        public readonly nint ToUnmanaged() => _tensor is null ? 0 : _tensor.Handle;

        public readonly void Free() => GC.KeepAlive(_tensor);
    }

    internal static class Out
    {
        public static torch.Tensor ConvertToManaged(nint handle)
        {
            if (handle != 0)
                return new torch.Tensor(handle);
            torch.CheckForErrors();
            return null!;
        }
    }
}
