using System.Security.Cryptography;
using MLTransfer.Weights;

namespace MLTransfer.Tests.Weights;

/// <summary>One line for each tensor, the same from PyTorch and from us when name, type, shape and every bit agree.</summary>
internal static class StateDictReference
{
    /// <summary>Python's side: a function <c>describe(state_dict)</c> that prints the lines.</summary>
    public const string Script = """
        import collections, hashlib, sys, torch
        NAMES = {torch.bool: 'Bool', torch.uint8: 'UInt8', torch.int8: 'Int8', torch.int16: 'Int16', torch.int32: 'Int32', torch.int64: 'Int64',
                 torch.float16: 'Float16', torch.bfloat16: 'BFloat16', torch.float32: 'Float32', torch.float64: 'Float64'}
        def describe(state_dict):
            for name, tensor in state_dict.items():
                tensor = tensor.detach().contiguous()
                raw = tensor.view(torch.int16) if tensor.dtype == torch.bfloat16 else tensor
                print(name, NAMES[tensor.dtype], list(tensor.shape), hashlib.sha256(raw.numpy().tobytes()).hexdigest())

        """;

    public static string Describe(IReadOnlyDictionary<string, StoredTensor> tensors) => string.Concat(tensors.Values.Select(tensor =>
        $"{tensor.Name} {tensor.Type} [{string.Join(", ", tensor.Shape)}] {Convert.ToHexStringLower(SHA256.HashData(tensor.Bytes.Span))}\n"));
}
