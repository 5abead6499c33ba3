using System.CommandLine;
using MLTransfer.Cli.CommandLine;
using MLTransfer.Cli.Screen;

namespace MLTransfer.Cli.Demo;

/// <summary>'mlt demo': shows what transfer learning gains, on images that it draws itself.</summary>
internal sealed class DemoCommand : MltCommand
{
    private const int DefaultSeed = 1;

    private readonly Option<string?> _folder = CliOption.Text(
        "--dir", "DIR", "Folder for images and models. [default: a folder in the user's cache; see 'mlt doctor']");
    private readonly Option<int?> _seed = CliOption.Integer(
        "--seed", $"Random seed of the images and the training. [default: {DefaultSeed}]", 0, 10_000);
    private readonly Option<bool> _offline = CliOption.Flag(
        "--offline", $"Download nothing. [default: the backbone {DemoPlan.LargerBackbone} is fetched, if a NuGet source answers soon]");
    private readonly Option<int?> _threads = Threads.Option();

    internal DemoCommand(CommandContext context)
        : base(
            "demo",
            "Draws a small set of images and shows what transfer learning gains on it. Needs no files; takes about a minute.",
            context,
            "mlt demo",
            "mlt demo --dir /tmp/demo --seed 7 --json") =>
        Accepts(_folder, _seed, _offline, _threads);

    internal override string Remarks =>
        """
        JSON: { folder, ways: [TRAINING], predictions: [{ file, truth, label, probability }], seconds }
              TRAINING: { way, classes, train_images, val_images, val_accuracy, seconds, model }

        """;

    protected override async Task<int> RunAsync(ParseResult parseResult, CancellationToken cancel)
    {
        var path = parseResult.GetValue(_folder) ?? Context.RequiredCache(CacheFolders.Demo, "name a folder with --dir");
        var folder = new DemoFolder(Paths.NewFolder("--dir", Path.GetFullPath(path)));
        Threads.Use(parseResult.GetValue(_threads));
        var plan = new DemoPlan(parseResult.GetValue(_seed) ?? DefaultSeed) { Offline = parseResult.GetValue(_offline) };
        var result = await new DemoRun(folder, plan, Context, cancel).RunAsync().ConfigureAwait(false);
        Render(parseResult, result, () => DemoView.Show(result, Context));
        return ExitCode.Done;
    }
}

/// <summary>The files of the demo: all below one folder, which the next run overwrites.</summary>
internal sealed record DemoFolder(string Root)
{
    internal string Training => Path.Combine(Root, "train");

    internal string Validation => Path.Combine(Root, "val");

    internal string Model(string way) => Path.Combine(Root, $"{way}.zip");
}
