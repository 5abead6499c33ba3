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

    /// <summary>
    /// Python's side: saves one dictionary as 2.pth to 5.pth, named after the protocol, into the folder of the first argument, and
    /// describes it.
    /// </summary>
    /// <param name="options">Further arguments of torch.save.</param>
    public static string SaveEverything(string options = "") => Script + $$"""
        x = torch.arange(60.).reshape(3, 4, 5)
        tensors = {str(type)[6:]: torch.tensor([[0, 1], [2, 100]]).to(type) for type in NAMES}
        tensors |= {'whole': x, 'permuted': x.permute(2, 0, 1), 'slice': x[1], 'column': x[:, 2, :], 'stepped': x[::2, ::3],
                    'expanded': torch.ones(1).expand(7), 'scalar': torch.tensor(3.5), 'one': x[1, 2, 3], 'empty': torch.zeros(0, 3),
                    'channels_last': torch.randn(2, 3, 4, 5).to(memory_format=torch.channels_last),
                    'parameter': torch.nn.Parameter(x), 'half_view': x.half()[:, 1]}
        for protocol in (2, 3, 4, 5):
            torch.save(tensors, f'{sys.argv[1]}/{protocol}.pth', pickle_protocol=protocol, {{options}})
        describe(tensors)

        """;

    public static string Describe(IReadOnlyDictionary<string, StoredTensor> tensors) => string.Concat(tensors.Values.Select(tensor =>
        $"{tensor.Name} {tensor.Type} [{string.Join(", ", tensor.Shape)}] {Convert.ToHexStringLower(SHA256.HashData(tensor.Bytes.Span))}\n"));
}
