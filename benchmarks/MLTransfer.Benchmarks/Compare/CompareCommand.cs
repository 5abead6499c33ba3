using System.CommandLine;
using System.Text;
using MLTransfer.Cli;
using MLTransfer.Cli.CommandLine;
using MLTransfer.Cli.Screen;

namespace MLTransfer.Benchmarks.Compare;

/// <summary>Every comparison of speed and memory with other libraries, in one run.</summary>
internal sealed class CompareCommand : MltCommand
{
    private const int DefaultRounds = 3, DefaultEpochs = 10, DefaultFineTuningEpochs = 3;
    private const string DefaultBackbone = "resnet18";

    private readonly Option<string[]> _jobs = RecipesCommand.Several(
        "--job", $"What to compare ({string.Join(", ", CompareJob.All.Select(job => job.Name))})", "all");
    private readonly Option<string[]> _backbones = new("--backbone")
    {
        HelpName = "NAME",
        Description = $"A network; may be repeated. Weights are those in shared/weights for {CompareSettings.KnownNames}, and random ones "
            + $"for others of torchvision's. [default: {DefaultBackbone}]",
    };
    private readonly Option<int?> _rounds = CliOption.Integer(
        "--rounds", $"How often each side is measured, in turns; 0 shows only what --results has. [default: {DefaultRounds}]", 0, 1000);
    private readonly Option<int?> _epochs =
        CliOption.Integer("--epochs", $"Epochs of training with a frozen network. [default: {DefaultEpochs}]", 1, 1000);
    private readonly Option<int?> _fineTuningEpochs =
        CliOption.Integer("--fine-tuning-epochs", $"Epochs of fine-tuning. [default: {DefaultFineTuningEpochs}]", 1, 1000);
    private readonly Option<string?> _trainFrom = CliOption.Text(
        "--train-from", "LAYER", "The first layer to train in the job finetune-from. [default: the last group of those with weights]");
    private readonly Option<int?> _threads = Threads.Option();
    private readonly Option<string?> _shared =
        CliOption.Text("--shared", "DIR", $"The folder with data/, peers/ and weights/. [default: {RecipesCommand.DefaultShared}]");
    private readonly Option<string?> _data =
        CliOption.Text("--data", "DIR", "A folder with train/ and val/. [default: data/hymenoptera in the shared folder]");
    private readonly Option<string?> _python = PythonPeer.Option();
    private readonly Option<string?> _tool =
        CliOption.Text("--mlt", "FILE", "The tool to run as a whole process, an mlt.dll. [default: the one built with this program]");
    private readonly Option<string?> _results = CliOption.Text(
        "--results", "FILE", "Results as JSON lines; rounds already in it are not measured again. [default: none are kept]");
    private readonly Option<string?> _page = CliOption.Text(
        "--page", "FILE.md", "Markdown page of all results, with charts in a folder of that name. [default: tables on standard output]");

    internal CompareCommand(CommandContext context)
        : base(
            "compare", "Compares training, prediction and reading with PyTorch, torchvision, ONNX Runtime, ML.NET and TorchSharp.", context,
            $"{BenchmarkTree.Run} compare --results compare.jsonl --page docs/performance.md",
            $"{BenchmarkTree.Run} compare --job features --rounds 1 --epochs 3 --backbone mobilenet_v1_b12",
            $"{BenchmarkTree.Run} compare --rounds 0 --results compare.jsonl --page docs/performance.md") =>
        Accepts(
            _jobs, _backbones, _rounds, _epochs, _fineTuningEpochs, _trainFrom, _threads, _shared, _data, _python, _tool, _results, _page);

    internal override string Remarks =>
        $$"""
        Nothing else should be running. A run that is stopped goes on with the same --results. The jobs:
        {{string.Join(Environment.NewLine, CompareJob.All.Select(job => $"  {job.Name,-16}{job.Title}"))}}

        JSON: [{ job, backbone, settings, rounds, ours, sides: [{ side, figures: { NAME: { median, least, most, ratio } } }] }]
              NAME: {{string.Join(", ", FigureKind.All.Select(kind => kind.Key))}}
              ratio says how many times as fast or as small as that side ours is

        """;

    protected override async Task<int> RunAsync(ParseResult parseResult, CancellationToken cancel)
    {
        var page = parseResult.GetValue(_page) is { } path ? OutputFile.Checked("--page", path) : null;
        var jobs = RecipesCommand.Chosen(parseResult, _jobs, [.. CompareJob.All.Select(job => job.Name)]);
        var results = new CompareResults(parseResult.GetValue(_results));
        var rounds = parseResult.GetValue(_rounds) ?? DefaultRounds;
        if (rounds > 0) await MeasureAsync(parseResult, jobs, results, rounds, cancel).ConfigureAwait(false);
        if (page is not null) Write(page, results.All);
        var summary = JobSummary.Of([.. results.All.Where(round => jobs.Contains(round.Job))]);
        if (page is null || WantsJson(parseResult)) Render(parseResult, summary, () => Show(summary));
        return ExitCode.Done;
    }

    private async Task MeasureAsync(
        ParseResult asked, IReadOnlyList<string> jobs, CompareResults results, int rounds, CancellationToken cancel)
    {
        var shared = Paths.ExistingFolder("--shared", asked.GetValue(_shared) ?? RecipesCommand.DefaultShared);
        var threads = asked.GetValue(_threads) ?? Threads.Default;
        var tool = asked.GetValue(_tool) is { } given ? Paths.ExistingFile("--mlt", given) : typeof(MltApplication).Assembly.Location;
        var scratch = Directory.CreateTempSubdirectory("mlt-bench-");
        CompareSettings[] backbones =
        [
            .. from name in asked.GetValue(_backbones) is { Length: > 0 } some ? some : [DefaultBackbone]
               select new CompareSettings(
                   KnownBackbone.Find(name), shared,
                   Paths.ExistingFolder("--data", asked.GetValue(_data) ?? Path.Combine(shared, "data", "hymenoptera")),
                   PythonPeer.Find(asked.GetValue(_python)), threads, asked.GetValue(_epochs) ?? DefaultEpochs,
                   asked.GetValue(_fineTuningEpochs) ?? DefaultFineTuningEpochs, asked.GetValue(_trainFrom), tool,
                   scratch.CreateSubdirectory(name).FullName),
        ];
        try
        {
            Threads.Use(threads);
            var conditions = await Conditions.OfAsync(backbones[0].Python, threads, tool, cancel).ConfigureAwait(false);
            results.RequireSame(conditions);
            var run = new CompareRun(results, conditions, Context.Words);
            foreach (var job in jobs)
            {
                foreach (var settings in backbones)
                    await run.MeasureAsync(CompareJob.Find(job), settings, rounds, cancel).ConfigureAwait(false);
            }
        }
        finally
        {
            scratch.Delete(recursive: true);
        }
    }

    private static void Write(OutputFile page, IReadOnlyList<CompareRound> rounds)
    {
        var folder = Path.GetFileNameWithoutExtension(page.Path);
        var (text, charts) = ComparePage.Of(rounds, folder);
        var beside = Directory.CreateDirectory(Path.Combine(Path.GetDirectoryName(Path.GetFullPath(page.Path))!, folder));
        foreach (var (name, chart) in charts) File.WriteAllText(Path.Combine(beside.FullName, name), chart);
        page.Write(stream => stream.Write(Encoding.UTF8.GetBytes(text)));
    }

    private void Show(IReadOnlyList<JobSummary> jobs)
    {
        foreach (var job in jobs)
        {
            Context.Output.WriteLine($"{job.Job}: {job.Subject}, {Figures.Counted(job.Rounds, "round", "rounds")}");
            Screens.ForResults(Context).Write(job.Table());
        }
    }
}
