using System.Text;
using MLTransfer.Cli.Screen;

namespace MLTransfer.Benchmarks.Compare;

/// <summary>All results as a page of Markdown, with a chart of each job in a file beside it.</summary>
internal static class ComparePage
{
    /// <summary>The page and its charts.</summary>
    /// <param name="rounds">What was measured.</param>
    /// <param name="folder">The name of the charts' folder, beside the page, and of the page.</param>
    internal static (string Page, IReadOnlyDictionary<string, string> Charts) Of(IReadOnlyList<CompareRound> rounds, string folder)
    {
        var page = new StringBuilder();
        page.Append(
            $"""
            # Performance

            MLTransfer compared with PyTorch, torchvision, ONNX Runtime, ML.NET and plain TorchSharp: the same work on the same machine,
            with as many threads, in turns. Made by

            ```
            dotnet run -c Release --project benchmarks/MLTransfer.Benchmarks -- compare --page docs/{folder}.md
            ```

            with the jobs, backbones and numbers of epochs and rounds that are named below, and with `--mlt` where the tool was precompiled.
            The same makes it again from saved results (`--results FILE --rounds 0`).
            Figures are medians of the rounds, with the smallest and the largest in brackets. × says how many times as fast or as small
            ours is, the median of the ratios in the same round: above 1, ours is better. Lines in the charts reach from the smallest to
            the largest value. "Freed memory kept" in the name of a side: its process has glibc keep the memory of freed tensors for the
            next ones, by {MallocSettings.KeepsFreed.Words} in its environment. MLTransfer does so by itself, and with it
            what runs in the same process: TorchSharp, ONNX Runtime and ML.NET. PyTorch otherwise is as its users have it.

            """);
        foreach (var conditions in rounds.Select(round => round.Conditions).Distinct())
            page.AppendLine().Append(Text(conditions));
        var charts = new Dictionary<string, string>();
        foreach (var job in JobSummary.Of(rounds))
        {
            var chart = $"{job.Job}-{job.Subject.Replace(", ", "-", StringComparison.Ordinal).Replace(' ', '-')}.svg";
            charts[chart] = BarChart.Of(job);
            Append(page, job, $"{folder}/{chart}");
        }
        return (page.ToString().ReplaceLineEndings("\n"), charts);
    }

    private static string Text(Conditions conditions) =>
        $"""
        | | |
        | --- | --- |
        | processor | {conditions.Processor} |
        | logical cores | {conditions.Cores} |
        | threads of each side | {conditions.Threads} |
        | precision of our frozen networks | {(conditions.BFloat16 ? "bfloat16, which this processor is faster with" : "float32")} |
        | precision of the others | float32 |
        | system | {conditions.System} |
        | `mlt` | {conditions.ToolInWords} |
        | .NET, ML.NET | {conditions.DotNet}, {conditions.MLNet} |
        | TorchSharp, its libtorch | {conditions.TorchSharp}, {conditions.Libtorch} |
        | ONNX Runtime | {conditions.OnnxRuntime} |
        | PyTorch, torchvision | {conditions.PyTorch}, {conditions.Torchvision} |

        """;

    private static void Append(StringBuilder page, JobSummary job, string chart)
    {
        var kind = CompareJob.Find(job.Job);
        page.AppendLine().AppendLine($"## {kind.Title}: {job.Subject}").AppendLine();
        page.AppendLine($"{kind.Summary} {Figures.Counted(job.Rounds, "round", "rounds")} (`--job {job.Job}`).").AppendLine();
        page.AppendLine($"| | {string.Join(" | ", job.Columns)} |");
        page.AppendLine($"| --- |{string.Concat(job.Columns.Select(_ => " ---: |"))}");
        foreach (var side in job.Sides) page.AppendLine($"| {side.Shown} | {string.Join(" | ", job.Cells(side))} |");
        page.AppendLine().AppendLine($"![{kind.Title}, {job.Subject}]({chart})");
    }
}
