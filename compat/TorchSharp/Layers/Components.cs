namespace TorchSharp.Modules;

/// <summary>How a layer takes a new parameter or buffer: the old one is disposed, the new one belongs to the layer alone.</summary>
internal static class Components
{
    internal static void Replace<T>(ref T? current, T? value, Action<T?> register) where T : torch.Tensor
    {
        if (ReferenceEquals(current, value))
            return;
        current?.Dispose();
        value?.DetachFromDisposeScope();
        current = value;
        register(value);
    }
}
