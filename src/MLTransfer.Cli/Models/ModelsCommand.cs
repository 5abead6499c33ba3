using System.CommandLine;
using MLTransfer.Cli.CommandLine;
using MLTransfer.Cli.Screen;
using MLTransfer.Evaluation.Reports;
using MLTransfer.Models;

namespace MLTransfer.Cli.Models;

/// <summary>'mlt models': lists the backbones, or the layers of one.</summary>
internal sealed class ModelsCommand : MltCommand
{
    private const string TrainNone = "none";

    private readonly Argument<string?> _name = new("NAME")
    {
        Description = "Backbone whose layers to show. [default: list all backbones]",
        Arity = ArgumentArity.ZeroOrOne,
    };

    private readonly Option<string?> _trainFrom = CliOption.Text(
        "--train-from", "LAYER|none",
        "Show which layers are frozen when fine-tuning starts at this one; none: all, as with --mode features. "
        + "[default: no layer is frozen]");

    internal ModelsCommand(CommandContext context)
        : base("models", "Lists the backbones, or the layers of one of them.", context,
            "mlt models",
            "mlt models resnet18",
            "mlt models resnet18 --train-from layer4 --json") =>
        Accepts(_name, _trainFrom);

    internal override string Remarks =>
        """
        GFLOPs: billions of multiply-adds for one image of that size, as torchvision and timm count them.

        weights: the default published weights, and the number of others; 'mlt weights list' shows them all.

        JSON: [{ name, family, parameters, gflops, image_size, feature_width, classes, weights: [{ name, default, top1, licence }] }]
              of one backbone also { input: [shape], layers: [{ name, parameters, output: [shape], frozen, modules: [MODULE] }],
              trained_parameters, bytes: { input, activations, parameters, total } }
              MODULE: { name, type, output: [shape], parameters }

        """;

    protected override Task<int> RunAsync(ParseResult parseResult, CancellationToken cancel)
    {
        var (name, trainFrom, json) = (parseResult.GetValue(_name), parseResult.GetValue(_trainFrom), WantsJson(parseResult));
        if (name is null && trainFrom is not null)
            throw new UsageException("--train-from requires the NAME of a backbone; 'mlt models' lists them.");
        if (name is null)
            ShowAll(json);
        else
            ShowOne(name, trainFrom, json);
        return Task.FromResult(ExitCode.Done);
    }

    private void ShowAll(bool json)
    {
        if (json)
        {
            ReportJson.WriteTo(Context.Output, ModelZoo.All.Select(BackboneJson.From));
            return;
        }
        Screens.ForResults(Context).Write(ModelsView.All(ModelZoo.All));
        Context.Output.WriteLine("'mlt models NAME' shows the layers of a backbone.");
    }

    private void ShowOne(string name, string? trainFrom, bool json)
    {
        var trained = trainFrom switch
        {
            null => MLTransfer.Layers.All,
            TrainNone => MLTransfer.Layers.Head,
            _ => MLTransfer.Layers.From(trainFrom),
        };
        var structure = UsageError.Translate(null, () => BackboneStructure.Inspect(ModelZoo.Find(name), trained));
        if (json)
            ReportJson.WriteTo(Context.Output, BackboneJson.From(structure));
        else
            ModelsView.Show(structure, Context);
    }
}
