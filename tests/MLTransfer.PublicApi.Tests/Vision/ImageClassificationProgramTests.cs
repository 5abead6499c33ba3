using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Transforms;
using MLTransfer.Vision;

namespace MLTransfer.PublicApi.Tests.Vision;

/// <summary>Programs written for ML.NET's ImageClassification; only one using of them was changed.</summary>
public sealed class ImageClassificationProgramTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("mltransfer-");

    private string Images => _folder.CreateSubdirectory("images").FullName;

    private string Workspace => Path.Combine(_folder.FullName, "workspace");

    [Fact]
    public void A_program_with_a_workspace_computes_features_once_and_predicts()
    {
        // So many that each part of the program's random splits has some.
        ColoredFolders.Draw(new(Images), perClass: 15);
        using var first = new StringWriter();
        string[] answers = new InspectionProgram(first).Run(Images, Workspace, OnEmbedded);
        Assert.Equal((15, 15), (answers.Count(answer => answer == "blue"), answers.Count(answer => answer == "red")));
        Assert.Contains("Phase: Bottleneck Computation, Dataset used:      Train, Image Index:   1", first.ToString(),
            StringComparison.Ordinal);
        Assert.Contains("Phase: Training, Dataset used: Validation, Batch Processed Count:   1, Epoch:   0, Accuracy:", first.ToString(),
            StringComparison.Ordinal);
        Assert.DoesNotContain("Phase: Training, Dataset used:      Train", first.ToString(), StringComparison.Ordinal);

        using var again = new StringWriter();
        Assert.Equal(answers, new InspectionProgram(again).Run(Images, Workspace, OnEmbedded));
        Assert.DoesNotContain("Bottleneck", again.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_program_with_early_stopping_and_a_schedule_saves_loads_evaluates_and_predicts()
    {
        ColoredFolders.Draw(new(Images), perClass: 6);
        using var log = new StringWriter();
        var program = new FlowersProgram(log);
        program.Run(Images, Path.Combine(_folder.FullName, "model.zip"), OnEmbedded);
        Assert.Equal(1, program.Metrics!.MicroAccuracy);
        Assert.Equal("blue of 2", program.Answer);
        Assert.Contains("Kind=Trace] Phase: Training, Dataset used:      Train, Batch Processed Count:", log.ToString(),
            StringComparison.Ordinal);
    }

    [Fact]
    public void The_overload_with_column_names_has_the_parameters_of_MLNET()
    {
        var ml = new MLContext(seed: 1);
        IDataView data = ml.Transforms.Conversion.MapValueToKey("Label").Fit(Labeled(ml)).Transform(Labeled(ml));
        EstimatorChain<KeyToValueMappingTransformer> pipeline = ml.MulticlassClassification.Trainers
            .ImageClassification(labelColumnName: "Label", featureColumnName: "ImagePath", scoreColumnName: "Score",
                predictedLabelColumnName: "PredictedLabel", validationSet: data)
            .Append(ml.Transforms.Conversion.MapKeyToValue("PredictedLabel"));
        Assert.NotNull(pipeline);
        Assert.IsType<ImageClassificationTrainer>(ml.MulticlassClassification.Trainers.ImageClassification("Label", "Image"));
    }

    [Fact]
    public void Labels_must_be_keys()
    {
        var ml = new MLContext(seed: 1);
        ImageClassificationTrainer trainer = ml.MulticlassClassification.Trainers.ImageClassification("Label", "ImagePath");
        Assert.Contains("expected a key", Assert.Throws<ArgumentOutOfRangeException>(() => trainer.Fit(Labeled(ml))).Message,
            StringComparison.Ordinal);
    }

    [Theory, Trait("Category", "Long")]
    [InlineData(ImageClassificationTrainer.Architecture.InceptionV3, "inception_v3")]
    [InlineData(ImageClassificationTrainer.Architecture.MobilenetV2, "mobilenet_v2")]
    [InlineData(ImageClassificationTrainer.Architecture.ResnetV250, "resnet50")]
    [InlineData(ImageClassificationTrainer.Architecture.ResnetV2101, "resnet101")]
    public void Every_architecture_trains(ImageClassificationTrainer.Architecture architecture, string backbone)
    {
        ColoredFolders.Draw(new(Images), perClass: 3);
        var ml = new MLContext(seed: 1);
        IDataView images = ml.Data.LoadImageFolder(Images);
        var options = new ImageClassificationTrainer.Options { Arch = architecture, FeatureColumnName = "ImagePath" };
        // Published weights would be downloaded.
        (options.Weights, options.Epoch) = ("none", 3);
        using ImageClassificationTransformer model = ml.MulticlassClassification.Trainers.ImageClassification(options)
            .Fit(ml.Transforms.Conversion.MapValueToKey("Label").Fit(images).Transform(images));
        Assert.Equal(backbone, model.Backbone);
    }

    public void Dispose() => _folder.Delete(recursive: true);

    // Small, with weights of its own: those of the architectures would be downloaded.
    private static void OnEmbedded(ImageClassificationTrainer.Options options) => (options.Backbone, options.Epoch) = ("embedded", 60);

    private static IDataView Labeled(MLContext ml) => ml.Data.LoadFromEnumerable(
        [new ImageFile { ImagePath = "a.png", Label = "a" }, new ImageFile { ImagePath = "b.png", Label = "b" }]);
}
