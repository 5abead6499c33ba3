using System.Text.Json;
using MLTransfer.Tests.Reference;

namespace MLTransfer.Tests.Imaging;

/// <summary>What torchvision makes of an image, case by case, as <c>parity_transforms.py</c> wrote it.</summary>
internal sealed class TorchvisionCases : IDisposable
{
    internal const string Script = "peers/parity_transforms.py";
    internal const string Images = "data/hymenoptera/train";

    private readonly TemporaryFolder _folder = new();
    private readonly JsonDocument _cases;

    internal TorchvisionCases(string image)
    {
        PyTorch.Run(File.ReadAllText(SharedFolder.PathOf(Script)), image, _folder.Path);
        _cases = JsonDocument.Parse(File.ReadAllText(_folder.PathOf("cases.json")));
    }

    internal byte[] Pixels(string name) => File.ReadAllBytes(_folder.PathOf(name + ".bin"));

    internal (int Height, int Width) SizeOf(string name)
    {
        JsonElement shape = Case(name).GetProperty("shape");
        return (shape[0].GetInt32(), shape[1].GetInt32());
    }

    internal int Argument(string name, string argument) => Case(name).GetProperty("args").GetProperty(argument).GetInt32();

    public void Dispose()
    {
        _cases.Dispose();
        _folder.Dispose();
    }

    private JsonElement Case(string name) => _cases.RootElement.EnumerateArray().Single(one => one.GetProperty("name").GetString() == name);
}
