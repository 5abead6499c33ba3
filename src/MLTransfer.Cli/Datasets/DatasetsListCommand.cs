using System.CommandLine;
using MLTransfer.Cli.CommandLine;
using MLTransfer.Cli.Screen;
using MLTransfer.Data.Cards;

namespace MLTransfer.Cli.Datasets;

/// <summary>'mlt datasets list': the published data sets that are known.</summary>
internal sealed class DatasetsListCommand : MltCommand
{
    internal DatasetsListCommand(CommandContext context)
        : base("list", "Lists the published data sets that mlt knows: how many classes and images, and under which licence.", context,
            "mlt datasets list",
            "mlt datasets list --json") =>
        Accepts();

    internal override string Remarks =>
        $"""
        JSON: [{CardJson.Shape}]

        """;

    protected override Task<int> RunAsync(ParseResult asked, CancellationToken cancel)
    {
        if (WantsJson(asked))
            Json.WriteTo(Context.Output, DatasetCards.All.Select(CardJson.Of));
        else
            CardView.ShowAll(DatasetCards.All, Context);
        return Task.FromResult(ExitCode.Done);
    }
}
