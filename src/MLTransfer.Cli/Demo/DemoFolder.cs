namespace MLTransfer.Cli.Demo;

/// <summary>Where the demo puts things: everything below one folder, which the next run overwrites.</summary>
internal sealed record DemoFolder(string Root)
{
    internal string Training => Path.Combine(Root, "train");

    internal string Validation => Path.Combine(Root, "val");

    internal string Model(string way) => Path.Combine(Root, $"{way}.zip");
}
