namespace MLTransfer.Cli.Demo;

/// <summary>Where the demo puts things: everything below one folder, which the next run overwrites.</summary>
internal sealed record DemoFolder(string Root)
{
    internal string Source => Path.Combine(Root, "source");

    internal string Training => Path.Combine(Root, "target", "train");

    internal string Validation => Path.Combine(Root, "target", "val");

    internal string Weights => Path.Combine(Root, "backbone.safetensors");

    internal string Model(string way) => Path.Combine(Root, $"{way}.zip");
}
