namespace MLTransfer.Interactive.Tests.Sessions;

/// <summary>A notebook in the real kernel, which is spoken to as Polyglot Notebooks do.</summary>
public sealed class PolyglotTests(NotebookKernel kernel) : IClassFixture<NotebookKernel>
{
    private const string Html = "text/html", Text = "text/plain";

    internal const string Prepare = """
        using System.Linq;
        using Microsoft.ML;
        using MLTransfer;
        using MLTransfer.Data;

        var dataset = SampleImages.DrawShapes("drawn", trainingPerClass: 4, validationPerClass: 2);
        var ml = new MLContext(seed: 1);
        ImageClassificationTransformer Train(int epochs) => ml.Transforms.Conversion.MapValueToKey("Label")
            .Append(ml.MulticlassClassification.Trainers.FeatureExtraction(new FeatureExtractionOptions
            {
                Backbone = "embedded", Epochs = epochs, Validation = ml.Data.LoadImages(dataset.Part("val")),
            }))
            .Fit(ml.Data.LoadImages(dataset.Part("train"))).LastTransformer;
        """;

    [NeedsKernelFact]
    public void The_package_loads_itself_and_libtorch_shows_a_training_and_lets_it_be_stopped()
    {
        using NotebookKernel.Session notebook = kernel.Start();
        Succeeds(notebook.Run(kernel.Reference.Here));
        Succeeds(notebook.Run(Prepare));

        var trained = notebook.Run("Train(3).Training");
        Succeeds(trained);
        Assert.Contains(trained, found => found.Type == "DisplayedValueUpdated"
            && found.Shown(Text)?.StartsWith("Trained – 3", StringComparison.Ordinal) == true);
        NotebookKernel.Message result = Assert.Single(trained, found => found.Type == "ReturnValueProduced");
        Assert.Contains("<svg", result.Shown(Html), StringComparison.Ordinal);
        Assert.Contains("of 16 validation images right", result.Shown(Text), StringComparison.Ordinal);

        // The button is pressed as soon as a finished epoch is shown.
        bool pressed = false;
        var stopped = notebook.Run("var model = Train(9000);", shown =>
        {
            if (pressed || shown.Shown(Text)?.StartsWith("Epoch", StringComparison.Ordinal) != true) return;
            if (!shown.Shown(Html)!.Contains("<svg", StringComparison.Ordinal)) return;
            pressed = true;
            notebook.Stop();
        });
        Assert.True(pressed);
        Assert.Equal("CommandFailed", stopped[^1].Type);
        var kept = notebook.Run("model.Training");
        Assert.Contains(kept, found => found.Shown(Text)?.Contains(", then stopped", StringComparison.Ordinal) == true);
    }

    private static void Succeeds(IReadOnlyList<NotebookKernel.Message> events) =>
        Assert.True(events[^1].Type == "CommandSucceeded", string.Join('\n', events.TakeLast(3).Select(found => found.Content.ToString())));
}
