using System.CommandLine;
using MLTransfer.Cli.CommandLine;
using MLTransfer.Cli.Screen;
using MLTransfer.Data.Cards;

namespace MLTransfer.Cli.Datasets;

/// <summary>'mlt datasets list': lists the published data sets that mlt knows.</summary>
internal sealed class DatasetsListCommand : MltCommand
{
    internal DatasetsListCommand(CommandContext context)
        : base("list", "Lists the published data sets that mlt knows, with classes, images, download size and license.", context,
            "mlt datasets list",
            "mlt datasets list --json") =>
        Accepts();

    internal override string Remarks =>
        $"""
        JSON: [{CardJson.Shape}]

        """;

    protected override Task<int> RunAsync(ParseResult parseResult, CancellationToken cancel)
    {
        Render(parseResult, DatasetCards.All.Select(CardJson.From), () => CardView.ShowAll(DatasetCards.All, Context));
        return Task.FromResult(ExitCode.Done);
    }
}

/// <summary>'mlt datasets info': shows the card of a data set.</summary>
internal sealed class DatasetsInfoCommand : MltCommand
{
    private readonly Argument<string> _name;

    internal DatasetsInfoCommand(CommandContext context)
        : base("info", "Shows the classes, splits, files, license and citation of a published data set.", context,
            "mlt datasets info fashion-mnist",
            "mlt datasets info oxford-pets --json")
    {
        _name = KnownDataset.Argument();
        Accepts(_name);
    }

    internal override string Remarks =>
        $"""
        JSON: {CardJson.Shape}

        """;

    protected override Task<int> RunAsync(ParseResult parseResult, CancellationToken cancel)
    {
        var card = KnownDataset.Find(parseResult.GetRequiredValue(_name));
        Render(parseResult, CardJson.From(card), () => CardView.Show(card, Context));
        return Task.FromResult(ExitCode.Done);
    }
}

/// <summary>The published data set named by an argument.</summary>
internal static class KnownDataset
{
    internal static Argument<string> Argument() => new("NAME") { Description = "Name of a published data set, from 'mlt datasets list'." };

    /// <exception cref="UsageException">There is none of that name; the message suggests the nearest.</exception>
    internal static DatasetCard Find(string name) => UsageError.Translate(null, () => DatasetCards.Find(name));
}
