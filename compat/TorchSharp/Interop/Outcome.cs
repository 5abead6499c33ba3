using System.Runtime.InteropServices.Marshalling;

namespace TorchSharp.Interop;

/// <summary>What a native function without a result returns: nothing to look at, a failure has thrown already.</summary>
[NativeMarshalling(typeof(Marshaller))]
internal readonly struct Outcome
{
    [CustomMarshaller(typeof(Outcome), MarshalMode.ManagedToUnmanagedOut, typeof(Marshaller))]
    internal static class Marshaller
    {
        public static Outcome ConvertToManaged(byte succeeded)
        {
            if (succeeded == 0)
                torch.CheckForErrors();
            return default;
        }
    }
}
