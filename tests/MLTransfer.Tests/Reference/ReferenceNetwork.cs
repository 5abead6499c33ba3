using System.Runtime.InteropServices;
using System.Text.Json;
using TorchSharp;
using static TorchSharp.torch;

namespace MLTransfer.Tests.Reference;

/// <summary>What <c>parity_models.py</c> wrote about a network; the files live until this is disposed.</summary>
internal sealed class ReferenceNetwork(string name, TemporaryFolder folder) : IDisposable
{
    private readonly JsonElement _facts = JsonDocument.Parse(File.ReadAllText(folder.PathOf(name + ".json"))).RootElement;

    public string WeightsPath => folder.PathOf(name + ".pth");

    public long Parameters => _facts.GetProperty("parameters").GetInt64();

    public string FirstParameter => _facts.GetProperty("first_parameter").GetString()!;

    /// <summary>Names and shapes as text, one a line, in order of the names.</summary>
    public IEnumerable<string> State => _facts.GetProperty("state").EnumerateObject()
        .Select(entry => $"{entry.Name} {string.Join(',', Longs(entry.Value))}").Order(StringComparer.Ordinal);

    public Tensor Input => Read("input", Longs(_facts.GetProperty("input")));

    public Tensor Logits => Read("logits", Longs(_facts.GetProperty("logits")));

    public Tensor Gradient(long[] shape) => Read("grad", shape);

    public void Dispose() => folder.Dispose();

    private static long[] Longs(JsonElement array) => [.. array.EnumerateArray().Select(item => item.GetInt64())];

    private Tensor Read(string kind, long[] shape) =>
        tensor(MemoryMarshal.Cast<byte, float>(File.ReadAllBytes(folder.PathOf($"{name}.{kind}.bin"))).ToArray(), shape);
}
