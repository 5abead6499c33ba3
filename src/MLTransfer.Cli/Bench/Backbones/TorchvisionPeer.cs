using System.Text.Json;

namespace MLTransfer.Cli.Bench.Backbones;

/// <summary>A Python process that answers questions about torchvision's networks, one line each way.</summary>
internal sealed class TorchvisionPeer(string python, string script) : IDisposable
{
    // A weight that starts as a constant is made random: a scale of one, a bias or a classifier of zero would hide what is done with them.
    private const string Server = """
        import contextlib, gc, io, json, runpy, sys, time, torch, torchvision, warnings
        warnings.filterwarnings("ignore")
        script, made, last = sys.argv[1], torchvision.models.get_model, None
        def get_model(*arguments, **more):
            global last
            last = made(*arguments, **more)
            with torch.no_grad():
                for p in last.parameters():
                    if p.min() == p.max(): p.add_(torch.randn_like(p), alpha=0.05)
            return last
        torchvision.models.get_model = get_model
        def known():
            names = torchvision.models.list_models(module=torchvision.models)
            return {"torch": torch.__version__, "torchvision": torchvision.__version__, "names": [n for n in names if "quantized" not in n]}
        def compute(folder, name):
            sys.argv = [script, folder, name]
            with contextlib.redirect_stdout(io.StringIO()): runpy.run_path(script, run_name="__main__")
            last.zero_grad(set_to_none=True)
            gc.collect()
            return {}
        def load(path):
            start = time.perf_counter()
            last.load_state_dict(torch.load(path))
            return {"seconds": time.perf_counter() - start}
        def forget():
            global last
            last = None
            gc.collect()
            return {}
        for line in sys.stdin:
            question, *arguments = line.rstrip("\n").split("\t")
            print(json.dumps({"known": known, "compute": compute, "load": load, "forget": forget}[question](*arguments)), flush=True)
        """;

    private readonly PythonPeer _process = new(python, Server, script);

    internal async Task<JsonElement> AskAsync(CancellationToken cancel, params string[] words) =>
        JsonDocument.Parse(await _process.AskAsync(string.Join('\t', words), cancel).ConfigureAwait(false)).RootElement;

    public void Dispose() => _process.Dispose();
}
