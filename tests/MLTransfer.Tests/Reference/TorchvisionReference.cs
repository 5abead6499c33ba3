using System.Diagnostics;
using Xunit.Sdk;

namespace MLTransfer.Tests.Reference;

/// <summary>
/// torchvision's networks with random weights, computed by one Python process that lives as long as the tests of a class.
/// </summary>
public sealed class TorchvisionReference : IDisposable
{
    internal const string Script = "peers/parity_models.py";

    // What starts as a constant is made random: a scale of one, a bias or a classifier of zero would hide what is done with them. Weights
    // and
    // images are float32 numbers in float64 too: both sides must compute with the same ones.
    private const string Server = """
        import runpy, sys, torch, torchvision
        made = torchvision.models.get_model
        def get_model(*arguments, **more):
            model = made(*arguments, **more).to(torch.get_default_dtype())
            with torch.no_grad():
                for p in model.parameters():
                    if p.min() == p.max(): p.add_(torch.randn_like(p), alpha=0.05)
            model.register_forward_pre_hook(round_to_float)
            return model
        def round_to_float(model, images):
            with torch.no_grad():
                for t in model.state_dict().values():
                    if t.is_floating_point(): t.copy_(t.float())
            return tuple(x.float().to(x.dtype) for x in images)
        torchvision.models.get_model = get_model
        script = sys.argv[1]
        for line in sys.stdin:
            kind, *arguments = line.rstrip("\n").split("\t")
            torch.set_default_dtype(getattr(torch, kind))
            sys.argv = [script, *arguments]
            runpy.run_path(script, run_name="__main__")
        """;

    private readonly Lazy<Process> _process = new(Start);

    /// <summary>The logits, gradient and weights of a network of torchvision on random images.</summary>
    /// <param name="name">torchvision's name of it.</param>
    /// <param name="size">The side of the images.</param>
    /// <param name="images">How many images.</param>
    /// <param name="exact">Whether to compute in float64.</param>
    internal ReferenceNetwork Compute(string name, int size, int images, bool exact)
    {
        var folder = new TemporaryFolder();
        _process.Value.StandardInput.WriteLine(
            $"{(exact ? "float64" : "float32")}\t{folder.Path}\t{name}\t--size\t{size}\t--batch\t{images}");
        _process.Value.StandardInput.Flush();
        if (_process.Value.StandardOutput.ReadLine() is not null) return new ReferenceNetwork(name, folder);
        folder.Dispose();
        throw new XunitException($"The reference of {name} failed:\n{_process.Value.StandardError.ReadToEnd()}");
    }

    public void Dispose()
    {
        if (!_process.IsValueCreated) return;
        _process.Value.StandardInput.Close();
        _process.Value.WaitForExit();
        _process.Value.Dispose();
    }

    private static Process Start() =>
        Process.Start(new ProcessStartInfo(PyTorch.Interpreter, ["-W", "ignore", "-c", Server, SharedFolder.PathOf(Script)])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
}
