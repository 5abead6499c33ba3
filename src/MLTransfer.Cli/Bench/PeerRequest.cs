using MLTransfer.Cli.CommandLine;

namespace MLTransfer.Cli.Bench;

/// <summary>What is compared with what.</summary>
internal sealed record PeerRequest(string Script, string Python, string Data, string Weights, string Backbone, int Epochs, int Threads)
{
    internal const string DefaultPython = "/usr/bin/python3";
    internal const string DefaultBackbone = "mobilenet_v1_b12";
    internal const int DefaultEpochs = 10;
    internal const string Features = "features";
    internal const string FineTune = "finetune";

    internal static PeerRequest Of(
        string? script, string? python, string? data, string? weights, string? backbone, int? epochs, int? threads) => new(
        Paths.ExistingFile("--peer-script", script ?? Beside("shared", "peers", "tutorial.py")),
        Paths.ExistingFile("--python", python ?? DefaultPython),
        Paths.ExistingFolder("--data", data ?? Beside("shared", "data", "hymenoptera")),
        Paths.ExistingFile("--weights", weights ?? Beside("shared", "weights", "mobilenet_v1_b12_imagenet.pth")),
        backbone ?? DefaultBackbone,
        epochs ?? DefaultEpochs,
        threads ?? CommandLine.Threads.Default);

    internal string Training => Path.Combine(Data, "train");

    internal string Validation => Path.Combine(Data, "val");

    private static string Beside(params string[] parts) => Path.Combine(["..", .. parts]);
}
