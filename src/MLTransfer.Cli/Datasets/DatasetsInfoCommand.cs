using System.CommandLine;
using MLTransfer.Cli.CommandLine;
using MLTransfer.Cli.Screen;
using MLTransfer.Data.Cards;

namespace MLTransfer.Cli.Datasets;

/// <summary>'mlt datasets info': the card of a data set.</summary>
internal sealed class DatasetsInfoCommand : MltCommand
{
    private readonly Argument<string> _name;

    internal DatasetsInfoCommand(CommandContext context)
        : base("info", "Shows what is known of a published data set: its classes, parts, files, licence, and whom to cite.", context,
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

    protected override Task<int> RunAsync(ParseResult asked, CancellationToken cancel)
    {
        var card = KnownDataset.Of(asked.GetRequiredValue(_name));
        if (WantsJson(asked))
            Json.WriteTo(Context.Output, CardJson.Of(card));
        else
            CardView.Show(card, Context);
        return Task.FromResult(ExitCode.Done);
    }
}
