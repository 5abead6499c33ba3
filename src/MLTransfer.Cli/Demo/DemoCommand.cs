using System.CommandLine;
using MLTransfer.Cli.CommandLine;
using MLTransfer.Cli.Screen;

namespace MLTransfer.Cli.Demo;

/// <summary>'mlt demo': what transfer learning buys, shown without a file from anywhere.</summary>
internal sealed class DemoCommand : MltCommand
{
    private const int DefaultSeed = 1;

    private readonly Option<string?> _folder = CliOption.Text(
        "--dir", "DIR", "Where images and models go. [default: a folder of the user's cache; see 'mlt doctor']");
    private readonly Option<int?> _seed = CliOption.Integer(
        "--seed", $"Decides the images and every other random number. [default: {DefaultSeed}]", 0, 10_000);
    private readonly Option<int?> _threads = Threads.Option();

    internal DemoCommand(CommandContext context)
        : base(
            "demo",
            "Draws a small set of images and shows what transfer learning buys on it. Needs no file from anywhere; takes about a minute.",
            context,
            "mlt demo",
            "mlt demo --dir /tmp/demo --seed 7 --json") =>
        Accepts(_folder, _seed, _threads);

    internal override string Remarks =>
        """
        JSON: { folder, ways: [TRAINING], predictions: [{ file, truth, label, probability }], seconds }
              TRAINING: { way, classes, train_images, val_images, val_accuracy, seconds, model }

        """;

    protected override async Task<int> RunAsync(ParseResult asked, CancellationToken cancel)
    {
        var folder = new DemoFolder(Path
            .GetFullPath(asked.GetValue(_folder) ?? Context.RequiredCache(CacheFolders.Demo, "name a folder with --dir")));
        Prepare(folder.Root);
        Threads.Use(asked.GetValue(_threads));
        var plan = new DemoPlan(asked.GetValue(_seed) ?? DefaultSeed);
        var result = await new DemoRun(folder, plan, Context, cancel).RunAsync().ConfigureAwait(false);
        if (WantsJson(asked))
            Json.WriteTo(Context.Output, result);
        else
            DemoView.Show(result, Context);
        return ExitCode.Done;
    }

    private static void Prepare(string folder)
    {
        try
        {
            Directory.CreateDirectory(folder);
        }
        catch (Exception refusal) when (refusal is IOException or UnauthorizedAccessException)
        {
            throw new UsageException($"--dir is '{folder}', but it cannot be created: {refusal.Message} Choose another place.", refusal);
        }
    }
}
