using System.CommandLine;
using MLTransfer.Cli.CommandLine;
using MLTransfer.Cli.Screen;
using MLTransfer.Models;

namespace MLTransfer.Cli.Models;

/// <summary>'mlt models': the backbones, or the layers of one.</summary>
internal sealed class ModelsCommand : MltCommand
{
    private readonly Argument<string?> _name = new("NAME")
    {
        Description = "A backbone whose layers to show. [default: a table of all backbones]",
        Arity = ArgumentArity.ZeroOrOne,
    };

    private readonly Option<string?> _trainFrom = CliOption.Text(
        "--train-from", "LAYER|none", "Show what fine-tuning from that layer on would freeze; none: all of them, as --mode features does. " +
        "[default: all layers are trained]");

    internal ModelsCommand(CommandContext context)
        : base("models", "Lists the backbones to start from, or the layers of one of them.", context,
            "mlt models",
            "mlt models resnet18",
            "mlt models resnet18 --train-from layer4 --json") =>
        Accepts(_name, _trainFrom);

    internal override string Remarks =>
        """
        GFLOPs: billions of multiplications with an addition for one image of that size, as torchvision and timm count them.

        weights: the published weights taken by default and how many others there are; 'mlt weights list' names them.

        JSON: [{ name, family, parameters, gflops, image_size, feature_width, classes, weights: [{ name, default, top1, licence }] }]
              of one backbone also { input: [shape], layers: [{ name, parameters, output: [shape], frozen, modules: [MODULE] }],
              trained_parameters, bytes: { input, activations, parameters, total } }
              MODULE: { name, type, output: [shape], parameters }

        """;

    protected override Task<int> RunAsync(ParseResult asked, CancellationToken cancel)
    {
        var (name, trainFrom, json) = (asked.GetValue(_name), asked.GetValue(_trainFrom), WantsJson(asked));
        if (name is null && trainFrom is not null)
            throw new UsageException("--train-from needs the NAME of a backbone; 'mlt models' lists them.");
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
            Json.WriteTo(Context.Output, ModelZoo.All.Select(BackboneJson.Of));
            return;
        }
        Screens.ForResults(Context).Write(ModelsView.All(ModelZoo.All));
        Context.Output.WriteLine("'mlt models NAME' shows the layers of one.");
    }

    private void ShowOne(string name, string? trainFrom, bool json)
    {
        var structure = Described(name, trainFrom);
        if (json)
            Json.WriteTo(Context.Output, BackboneJson.Of(structure));
        else
            ModelsView.Show(structure, Context);
    }

    private static BackboneStructure Described(string name, string? trainFrom)
    {
        try
        {
            return BackboneStructure.Of(ModelZoo.Find(name), trainFrom);
        }
        catch (ArgumentException unknown)
        {
            throw new UsageException(UsageError.Sentence(unknown), unknown);
        }
    }
}
