using System.Text;
using MLTransfer.Weights;

namespace MLTransfer.Tests.Weights;

/// <summary>Makes safetensors files, honest or not.</summary>
internal static class TestSafetensors
{
    /// <summary>A small file with two tensors and metadata.</summary>
    public static byte[] Small()
    {
        using var stream = new MemoryStream();
        SafetensorsFile.Write(stream, [new("weight", TensorType.Float32, [2, 25], new byte[200]),
            new("steps", TensorType.Int64, [], new byte[8])],
            new Dictionary<string, string> { ["format"] = "pt" });
        return stream.ToArray();
    }

    /// <summary>A file with any text for a header, of the length it has.</summary>
    public static byte[] Make(string header, int data) => Make(Encoding.UTF8.GetBytes(header), new byte[data]);

    public static byte[] Make(byte[] header, byte[] data) => [.. BitConverter.GetBytes((long)header.Length), .. header, .. data];
}
