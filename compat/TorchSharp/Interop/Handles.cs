namespace TorchSharp.Interop;

/// <summary>Handles of several tensors at once. The caller keeps the tensors alive until the call is over.</summary>
internal static class Handles
{
    internal static nint[] Of(IReadOnlyCollection<torch.Tensor> tensors) => [.. tensors.Select(tensor => tensor.Handle)];
}
