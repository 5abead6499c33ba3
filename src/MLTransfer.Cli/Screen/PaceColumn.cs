using Spectre.Console;
using Spectre.Console.Rendering;

namespace MLTransfer.Cli.Screen;

/// <summary>Speed and time left, as the library reckons them.</summary>
internal sealed class PaceColumn : ProgressColumn
{
    internal string Throughput { get; set; } = "";

    public override IRenderable Render(RenderOptions options, ProgressTask task, TimeSpan deltaTime) => new Text(Throughput);
}
