using System.Security.Cryptography;
using System.Text;
using static TorchSharp.torch;

namespace MLTransfer.Features;

/// <summary>Tells networks apart by the weights they hold.</summary>
internal static class StateFingerprint
{
    /// <summary>SHA-256 over names and numbers of the whole state but the part under <paramref name="except"/>, in hexadecimal.</summary>
    public static string Of(nn.Module network, string except)
    {
        using var scope = NewDisposeScope();
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach ((string name, Tensor value) in network.state_dict())
        {
            if (name.StartsWith(except + ".", StringComparison.Ordinal)) continue;
            hash.AppendData(Encoding.UTF8.GetBytes($"{name} {value.dtype}\n"));
            hash.AppendData(value.cpu().contiguous().bytes);
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }
}
