namespace MLTransfer.Benchmarks.Compare;

/// <summary>The network of a job in Python.</summary>
internal static class PythonNetwork
{
    /// <summary>
    /// The start of scripts: defines <c>network(classes)</c>, which has random weights, and <c>rest</c>, the arguments after those of
    /// <see cref="Arguments"/>.
    /// </summary>
    internal const string Script = """
        import sys, time, torch, torchvision
        name, peers, threads, *rest = sys.argv[1:]
        torch.set_num_threads(int(threads))
        def network(classes):
            if name == 'mobilenet_v1_b12':
                sys.path.insert(0, peers)
                from mobilenet_v1 import MobileNetV1B12
                return MobileNetV1B12(classes)
            options = {'init_weights': False} if name in ('googlenet', 'inception_v3') else {}
            return torchvision.models.get_model(name, weights=None, num_classes=classes, **options)

        """;

    internal static string[] Arguments(CompareSettings settings) => [settings.Backbone.Name, settings.PeerFolder, $"{settings.Threads}"];

    internal static PythonPeer Start(CompareSettings settings, string script, MallocSettings malloc, params string[] more) =>
        new(settings.Python, Script + script, malloc, [.. Arguments(settings), .. more]);
}
