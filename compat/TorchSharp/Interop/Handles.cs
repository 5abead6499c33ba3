namespace TorchSharp.Interop;

/// <summary>Handles of several tensors at once. The caller keeps the tensors alive until the call is over.</summary>
internal static class Handles
{
    internal static nint[] Of(IReadOnlyCollection<torch.Tensor> tensors) => [.. tensors.Select(tensor => tensor.Handle)];

    internal static nint[] Of(ReadOnlySpan<torch.Tensor> tensors)
    {
        var handles = new nint[tensors.Length];
        for (var i = 0; i < handles.Length; i++)
            handles[i] = tensors[i].Handle;
        return handles;
    }
}
