using System.CommandLine;
using MLTransfer.Cli.CommandLine;
using MLTransfer.Cli.Screen;
using MLTransfer.Data;

namespace MLTransfer.Cli.Datasets.Cards;

/// <summary>'mlt datasets list': the published data sets that are known.</summary>
internal sealed class DatasetsListCommand : MltCommand
{
    internal DatasetsListCommand(Surroundings surroundings)
        : base("list", "Lists the published data sets that mlt knows: how many classes and images, and under which licence.", surroundings,
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
            Json.WriteTo(Surroundings.Output, DatasetCards.All.Select(CardJson.Of));
        else
            CardView.ShowAll(DatasetCards.All, Surroundings);
        return Task.FromResult(ExitCode.Done);
    }
}
