using System.CommandLine;
using MLTransfer.Cli.CommandLine;
using MLTransfer.Cli.Screen;

namespace MLTransfer.Cli.Evaluate;

/// <summary>'mlt evaluate': how right a saved model is about a labelled folder.</summary>
internal sealed class EvaluateCommand : MltCommand
{
    private readonly Option<string> _model = NewOption.Required("--model", "MODEL.zip", "A model that 'mlt train' saved.");
    private readonly Option<string> _data = NewOption.Required(
        "--data", "DIR", "The pictures: a folder with one folder of pictures per class of the model.");
    private readonly Option<int?> _threads = Threads.Option();

    internal EvaluateCommand(Surroundings surroundings)
        : base("evaluate", "Scores a folder of labelled pictures with a saved model and says how right it is.", surroundings,
            "mlt evaluate --model flowers.zip --data flowers/val",
            "mlt evaluate --model flowers.zip --data flowers/val --json > report.json") =>
        Accepts(_model, _data, _threads);

    internal override string Remarks =>
        """
        Pictures that cannot be read are listed with the reason and not counted.

        JSON: { images, skipped_images, micro_accuracy, macro_accuracy, log_loss, per_class: [{ label, precision, recall, images }],
                confusion: [[images by actual, then predicted class]], images_per_second }

        """;

    protected override Task<int> RunAsync(ParseResult asked, CancellationToken cancel)
    {
        var model = Paths.ExistingFile("--model", asked.GetRequiredValue(_model));
        var data = Paths.ExistingFolder("--data", asked.GetRequiredValue(_data));
        var result = EvaluateRun.Run(model, data, asked.GetValue(_threads), cancel);
        foreach (var picture in result.Skipped)
            Surroundings.Words.WriteLine($"skipped '{picture.Name}': {picture.Error}");
        if (WantsJson(asked))
            Json.WriteTo(Surroundings.Output, EvaluateJson.Of(result));
        else
            EvaluateView.Show(result, Surroundings);
        return Task.FromResult(ExitCode.Done);
    }
}
