using System.Diagnostics;
using System.Text.Json;
using System.Xml.Linq;
using MLTransfer.Benchmarks;
using MLTransfer.Benchmarks.Compare;
using MLTransfer.Cli.CommandLine;
using MLTransfer.Cli.Screen;
using MLTransfer.Evaluation.Reports;

namespace MLTransfer.Cli.Tests.Benchmarks;

public sealed class CompareTests : IDisposable
{
    private static readonly Conditions Machine = new(
        "Processor <X>", 2, 2, BFloat16: true, "Linux", ToolIsPrecompiled: true, "10.0.0", "5.0.1", "0.107.0", "2.10.0", "1.31.1",
        "1.13.1", "0.14.1");

    private static readonly CompareRound[] Rounds =
    [
        Round(1, (100, 90, 800), (20, 92, 400), (2, 92, 300)), Round(2, (110, 91, 810), (10, 92, 410), (3, 92, 300)),
        Round(3, (90, 90, 790), (30, 92, 405), (2.5, 92, 300)),
        new("batch", "mobilenet_v1_b12", "", 1, "MLTransfer",
        [
            new("ONNX Runtime", new Dictionary<string, double> { [FigureKind.ImagesPerSecond] = 50 }),
            new("MLTransfer", new Dictionary<string, double> { [FigureKind.ImagesPerSecond] = 100 }),
        ], Machine),
    ];

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("mlt-compare-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public void A_ratio_is_the_median_of_the_ratios_of_the_rounds_and_above_1_where_ours_is_better()
    {
        var summary = JobSummary.Of(Rounds);
        var peer = summary[0].Sides[0].Figures;
        // 100 / 20, 110 / 10 and 90 / 30.
        Assert.Equal(new FigureSummary(100, 90, 110, 5), peer[FigureKind.Seconds]);
        Assert.Equal(new FigureSummary(90, 90, 91, null), peer[FigureKind.Accuracy]);
        Assert.Equal(2, summary[1].Sides[0].Figures[FigureKind.ImagesPerSecond].Ratio);
        Assert.All(summary, job => Assert.All(
            job.Sides.First(side => side.Side == job.Ours).Figures.Values, figure => Assert.True(figure.Ratio is null or 1)));
    }

    [Fact]
    public async Task The_tutorial_is_measured_with_glibc_as_it_is_and_keeping_freed_memory()
    {
        foreach (var job in new[] { "features", "finetune", "finetune-from" })
        {
            using var open = await CompareJob.Find(job).OpenAsync(Settings("resnet18"), CancellationToken.None);
            Assert.Equal(
                OperatingSystem.IsLinux() ? ["PyTorch tutorial", "PyTorch tutorial, freed memory kept"] : ["PyTorch tutorial"],
                open.Sides.Select(side => side.Name).Where(name => !name.StartsWith("mlt", StringComparison.Ordinal)));
        }
    }

    [Fact]
    public void Rounds_from_before_a_side_was_added_are_summarized_with_those_that_have_it()
    {
        var kept = new SideFigures("PyTorch tutorial, freed memory kept", Rounds[1].Sides[0].Figures.ToDictionary());
        CompareRound[] rounds = [Rounds[0], Rounds[1] with { Sides = [Rounds[1].Sides[0], kept, Rounds[1].Sides[1]] }];
        var summary = Assert.Single(JobSummary.Of(rounds));
        Assert.Equal(
            [
                "PyTorch tutorial", "mlt train, cache empty", "mlt train, cache filled (1 of 2 rounds)",
                "PyTorch tutorial, freed memory kept (1 of 2 rounds)",
            ],
            summary.Sides.Select(side => side.Shown));
        Assert.Equal(new FigureSummary(105, 100, 110, 8), summary.Sides[0].Figures[FigureKind.Seconds]);
        Assert.Equal(new FigureSummary(110, 110, 110, 11), summary.Sides[3].Figures[FigureKind.Seconds]);
    }

    [Fact]
    public void Results_are_a_page_of_tables_that_names_the_machine()
    {
        var (page, charts) = ComparePage.Of(Rounds, "performance");
        Expected.Is("bench-compare.md", page);
        Assert.Equal(["features-resnet18-10-epochs.svg", "batch-mobilenet_v1_b12.svg"], charts.Keys);
        Assert.All(charts.Keys, chart => Assert.Contains($"](performance/{chart})", page, StringComparison.Ordinal));
    }

    [Fact]
    public void A_chart_has_a_bar_for_each_side_and_figure_and_is_valid_xml()
    {
        var chart = ComparePage.Of(Rounds, "performance").Charts["features-resnet18-10-epochs.svg"];
        Expected.Is("bench-compare.svg", chart);
        var bars = XDocument.Parse(chart).Root!.Elements().Where(element => element.Name.LocalName == "rect").ToArray();
        Assert.Equal(["other", "ours", "ours", "other", "ours", "ours"], bars.Select(bar => (string?)bar.Attribute("class")));
    }

    [Fact]
    public void Results_are_tables_of_a_job_each() => Expected.Is("view-bench-compare.txt", Shown.By(context =>
    {
        foreach (var job in JobSummary.Of(Rounds)) Screens.ForResults(context).Write(job.Table());
    }));

    [Fact]
    public void The_json_has_the_promised_fields() =>
        Expected.Is("json-bench-compare.txt", Shown.By(context => ReportJson.WriteTo(context.Output, JobSummary.Of(Rounds))));

    [Fact]
    public async Task A_page_is_made_again_from_saved_results_without_measuring()
    {
        var results = new CompareResults(FileOf("saved.jsonl"));
        foreach (var round in Rounds) results.Add(round);
        var outcome = await Mlt.RunAsync(
            BenchmarkTree.Create, "compare", "--rounds", "0", "--results", FileOf("saved.jsonl"), "--page", FileOf("performance.md"));
        outcome.AssertSuccess();
        Assert.Equal(("", ""), (outcome.Output, outcome.Error));
        Assert.Equal(ComparePage.Of(Rounds, "performance").Page, File.ReadAllText(FileOf("performance.md")));
        Assert.Equal(2, Directory.GetFiles(FileOf("performance")).Length);
    }

    [Fact]
    public async Task A_run_that_goes_on_measures_only_the_rounds_that_are_missing()
    {
        var results = new CompareResults(FileOf("saved.jsonl"));
        foreach (var round in Rounds[..2]) results.Add(round);
        var measured = new List<string>();
        var job = new CompareJob(
            "features", "", "", WarmsUp: false, _ => "10 epochs",
            (_, _) => Task.FromResult(new OpenJob("mlt", [Side("peer"), Side("mlt")])));
        await new CompareRun(new CompareResults(FileOf("saved.jsonl")), Machine, TextWriter.Null)
            .MeasureAsync(job, Settings("resnet18"), 4, CancellationToken.None);
        Assert.Equal(["peer", "mlt", "peer", "mlt"], measured);
        Assert.Equal([1, 2, 3, 4], new CompareResults(FileOf("saved.jsonl")).All.Select(round => round.Round));

        CompareSide Side(string name) => new(name, _ =>
        {
            measured.Add(name);
            return Task.FromResult(new Dictionary<string, double> { [FigureKind.Seconds] = 1 });
        });
    }

    [Fact]
    public async Task A_run_that_is_canceled_keeps_the_rounds_that_are_complete()
    {
        using var cancel = new CancellationTokenSource();
        var results = new CompareResults(FileOf("saved.jsonl"));
        var times = 0;
        var side = new CompareSide("mlt", _ =>
        {
            if (++times == 2) cancel.Cancel();
            return Task.FromResult(new Dictionary<string, double> { [FigureKind.Seconds] = 1 });
        });
        var job = new CompareJob("load", "", "", WarmsUp: false, _ => "", (_, _) => Task.FromResult(new OpenJob("mlt", [side])));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            () => new CompareRun(results, Machine, TextWriter.Null).MeasureAsync(job, Settings("resnet18"), 9, cancel.Token));
        Assert.Equal([1, 2], new CompareResults(FileOf("saved.jsonl")).All.Select(round => round.Round));
    }

    [Fact]
    public void Results_of_another_machine_are_not_mixed_in()
    {
        var results = new CompareResults(null);
        results.Add(Rounds[0]);
        results.RequireSame(Machine);
        var refusal = Assert.Throws<UsageException>(() => results.RequireSame(Machine with { Processor = "Other" }));
        Assert.Contains("Processor <X>, 2 cores", refusal.Message, StringComparison.Ordinal);
        Assert.EndsWith("Name another file.", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_file_that_has_no_results_is_refused()
    {
        File.WriteAllText(FileOf("notes.txt"), "fast!\n");
        var outcome = await Mlt.RunAsync(BenchmarkTree.Create, "compare", "--rounds", "0", "--results", FileOf("notes.txt"));
        Assert.Equal(ExitCode.Usage, outcome.Code);
        Assert.StartsWith(
            $"MLTransfer.Benchmarks compare: --results is '{FileOf("notes.txt")}', which has lines that 'compare' did not write:",
            outcome.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_missing_folder_is_an_error_that_names_its_option()
    {
        var outcome = await Mlt.RunAsync(BenchmarkTree.Create, "compare", "--shared", "/nowhere");
        Assert.Equal(ExitCode.Usage, outcome.Code);
        Assert.StartsWith(
            "MLTransfer.Benchmarks compare: --shared is '/nowhere', but there is no such folder.", outcome.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_unknown_job_is_an_error_that_lists_the_known_ones()
    {
        var outcome = await Mlt.RunAsync(BenchmarkTree.Create, "compare", "--job", "speed");
        Assert.Equal(ExitCode.Usage, outcome.Code);
        Assert.StartsWith(
            "MLTransfer.Benchmarks compare: --job: there is no 'speed'. Known are features, finetune,", outcome.Error,
            StringComparison.Ordinal);
    }

    [Fact]
    public void A_backbone_without_a_usual_layer_needs_one_to_train_from() =>
        Assert.StartsWith(
            "--train-from is missing: no usual layer of 'resnet50' is known here.",
            Assert.Throws<UsageException>(() => Settings("resnet50").FirstTrained).Message, StringComparison.Ordinal);

    [Fact]
    public async Task A_tool_that_is_no_program_is_an_error_before_anything_runs()
    {
        var file = Path.Combine(_folder.FullName, "mlt.dll");
        await File.WriteAllTextAsync(file, "#!/bin/sh");
        var refusal = await Assert.ThrowsAsync<UsageException>(
            () => Conditions.OfAsync("/nowhere/python", threads: 1, file, CancellationToken.None));
        Assert.Equal($"--mlt names '{file}', which is not a .NET program.", refusal.Message);
    }

    [Fact]
    public async Task A_process_that_fails_is_an_error_with_what_it_said()
    {
        var failure = await Assert.ThrowsAsync<InvalidOperationException>(
            () => TimedProcess.RunAsync("dotnet", [typeof(MltApplication).Assembly.Location, "predict"], CancellationToken.None));
        Assert.Contains("failed with exit code 2", failure.Message, StringComparison.Ordinal);
        Assert.Contains("--model", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_process_that_keeps_freed_memory_has_the_settings_in_its_environment()
    {
        if (OperatingSystem.IsWindows()) return;
        string[] script = ["-c", "printf '{\"mapped\": %s, \"trimmed\": %s}' $MALLOC_MMAP_MAX_ $MALLOC_TRIM_THRESHOLD_"];
        var process = await TimedProcess.RunAsync("sh", script, MallocSettings.KeepsFreed, CancellationToken.None);
        Assert.Equal((0L, 1L << 32), (process.Number("mapped"), process.Number("trimmed")));
    }

    [Fact]
    public void Other_processes_have_no_settings_of_malloc_whatever_this_one_has()
    {
        var start = new ProcessStartInfo { Environment = { ["MALLOC_ARENA_MAX"] = "4", ["MALLOC_CHECK_"] = "1" } };
        Assert.DoesNotContain(
            MallocSettings.Default.Applied(start).Environment.Keys, name => name.StartsWith("MALLOC_", StringComparison.Ordinal));
    }

    [Fact]
    public async Task The_memory_of_a_process_is_measured()
    {
        var process = await TimedProcess.RunAsync(
            "dotnet", [typeof(MltApplication).Assembly.Location, "doctor", "--json"], CancellationToken.None);
        Assert.True(process.PeakMemory > 1, $"{process.PeakMemory} MiB");
        Assert.Equal(JsonValueKind.Object, process.Answer.ValueKind);
        Assert.Throws<InvalidDataException>(() => process.Number("accuracy"));
    }

    private static CompareSettings Settings(string backbone) => new(
        KnownBackbone.Find(backbone), "/nowhere", "/nowhere", "python3", Threads: 1, Epochs: 10, FineTuningEpochs: 3, TrainFrom: null,
        "/nowhere", "/nowhere");

    private static CompareRound Round(int round, params (double Seconds, double Accuracy, double Memory)[] sides) => new(
        "features", "resnet18", "10 epochs", round, "mlt train, cache empty",
        [
            .. sides.Zip(["PyTorch tutorial", "mlt train, cache empty", "mlt train, cache filled"], (side, name) => new SideFigures(
                name, new Dictionary<string, double>
                {
                    [FigureKind.Seconds] = side.Seconds, [FigureKind.Accuracy] = side.Accuracy, [FigureKind.Memory] = side.Memory,
                })),
        ],
        Machine);

    private string FileOf(string name) => Path.Combine(_folder.FullName, name);
}
