namespace Packages.Tests.TorchSharpTests;

/// <summary>A theory that needs PyTorch as Debian packages it, to compare with; it is skipped where that is missing.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class PyTorchTheoryAttribute : TheoryAttribute
{
    internal const string Python = "/usr/bin/python3";

    public PyTorchTheoryAttribute()
    {
        if (!File.Exists(Python) || !Directory.Exists("/usr/lib/python3/dist-packages/torch"))
            Skip = "PyTorch to compare with is missing: apt-get install python3-torch.";
    }
}
