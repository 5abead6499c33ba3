using System.Globalization;
using System.Runtime.InteropServices;
using Microsoft.ML;
using MLTransfer.Errors;
using MLTransfer.Imaging;
using MLTransfer.Models;
using MLTransfer.Tests.Reference;
using MLTransfer.Tests.Training;
using MLTransfer.Weights;
using Tensorboard;

namespace MLTransfer.Tests.Estimators;

public sealed class TensorBoardTests : IDisposable
{
    private readonly ColouredImages _images = new();
    private readonly TemporaryFolder _folder = new();

    private static readonly FineTuningOptions Tuning = TrainedModel.Options with { Epochs = 3, ValidationFraction = 0.25 };

    [Fact]
    public void The_checksum_of_the_tests_is_crc_32c() => Assert.Equal(0xE3069283, EventFiles.Crc("123456789"u8)); // RFC 3720

    [Fact]
    public void Every_number_of_a_fine_tuning_is_at_the_step_of_its_epoch()
    {
        FineTuningOptions options = Tuning with { LayerDecay = 0.5, HeadFactor = 2, TensorBoardFolder = Runs };
        using ImageClassificationTransformer model = Trainings.Train(options, _images.Path);
        // The rate of an epoch's result is that of the last layer group, half the backbone's; each before it has half of that.
        string[] layers = [.. ModelZoo.Find("cifar_resnet20").Build(2).Groups.Select(group => group.Name).Reverse()];
        var rates = layers.Select((layer, depth) => ($"learning_rate/{layer}", Math.Pow(0.5, depth))).Append(("learning_rate/head", 4.0));
        Assert.Equal(Expected(model.Training!, rates), Scalars());
    }

    [Fact]
    public void Every_number_of_a_feature_extraction_is_at_the_step_of_its_epoch_and_what_is_not_known_is_left_out()
    {
        using ImageClassificationTransformer model =
            Trainings.Train(Trainings.Extraction with { TensorBoardFolder = Runs }, _images.Path);
        Assert.Equal(Expected(model.Training!, [("learning_rate/head", 1.0)]), Scalars());
        Assert.DoesNotContain(Scalars(), scalar => scalar.Tag.Contains("validation", StringComparison.Ordinal));
    }

    [Fact]
    public void A_resumed_training_goes_on_at_the_next_step()
    {
        FineTuningOptions options = Tuning with { Epochs = 4, CheckpointFolder = _folder.PathOf("checkpoint"), TensorBoardFolder = Runs };
        using var stop = new CancellationTokenSource();
        Trainings.Train(options with
        {
            Cancellation = stop.Token,
            Progress = new Listener(report =>
            {
                if (report is { Phase: TrainingPhase.Training, Epoch: 3, Done: >= 8 }) stop.Cancel();
            }),
        }, _images.Path).Dispose();
        using ImageClassificationTransformer model = Trainings.Train(options, _images.Path);
        Assert.Equal(Expected(model.Training!, [("learning_rate/backbone", 1.0), ("learning_rate/head", 1.0)]), Scalars());
        Assert.Equal([0L, 2L], Events().Where(value => value.Value.Tag.StartsWith("options", StringComparison.Ordinal))
            .Select(value => value.Step));
    }

    [Fact]
    public void The_options_are_a_table()
    {
        Trainings.Train(Trainings.Extraction with { Epochs = 1, TensorBoardFolder = Runs }, _images.Path, new MLContext(seed: 7)).Dispose();
        Summary.Types.Value text = Assert.Single(Events(), value => value.Value.Tensor is not null).Value;
        Assert.Equal("text", text.Metadata.PluginData.PluginName);
        string[] lines = text.Tensor.StringVal[0].ToStringUtf8().Split('\n');
        Assert.Equal(["| option | value |", "|---|---|"], lines[..2]);
        Assert.Contains("| Backbone | cifar_resnet20 |", lines);
        Assert.Contains("| Epochs | 1 |", lines);
        Assert.Contains("| Seed | 7 |", lines);
    }

    [Fact]
    public void Histograms_are_those_of_the_trained_weights()
    {
        // Without validation images, the model has the weights of the last epoch.
        using ImageClassificationTransformer model = Trainings.Train(
            TrainedModel.Options with { Epochs = 2, Train = Layers.From("layer3"), TensorBoardFolder = Runs, TensorBoardHistograms = true },
            _images.Path);
        model.SaveWeights(_folder.PathOf("weights.safetensors"));
        var weights = SafetensorsFile.Read(_folder.PathOf("weights.safetensors")).Tensors;
        var histograms = Events().Where(value => value.Value.ValueCase == Summary.Types.Value.ValueOneofCase.Histo).ToArray();
        var last = histograms.Where(histogram => histogram.Step == 2)
            .ToDictionary(histogram => histogram.Value.Tag["weights/".Length..], histogram => histogram.Value.Histo);
        Assert.Equal(2 * last.Count, histograms.Length);
        Assert.DoesNotContain(last.Keys, name => name.StartsWith("layer2", StringComparison.Ordinal));
        Assert.Contains("layer3.0.conv1.weight", last.Keys);
        Assert.All(last, histogram =>
        {
            float[] expected = Floats(weights[histogram.Key].Bytes);
            Assert.Equal(expected.Length, histogram.Value.Num);
            Assert.Equal(expected.Length, histogram.Value.Bucket.Sum());
            Assert.Equal(expected.Min(), histogram.Value.Min, 1e-7);
            Assert.Equal(expected.Max(), histogram.Value.Max, 1e-7);
            Assert.Equal(expected.Sum(value => (double)value), histogram.Value.Sum, 1e-4);
        });
    }

    [Fact]
    public void The_worst_errors_come_first_with_both_classes()
    {
        var ml = new MLContext(seed: 1);
        IDataView images = Trainings.Keyed(ml, ml.Data.LoadImageFolder(_images.Path));
        // A network that learns nothing takes most images for one class.
        using ImageClassificationTransformer model = Trainings.Fit(
            ml, Trainings.Extraction with { Epochs = 1, LearningRate = 1e-12, Validation = images, TensorBoardFolder = Runs }, images);
        string[] files = [.. Directory.GetFiles(_images.Path, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal)];
        var errors = model.Predict(files).Select(prediction => (Prediction: prediction, Label: LabelOf(prediction.Name)))
            .Where(scored => scored.Prediction.Label != scored.Label).OrderByDescending(scored => scored.Prediction.Probability).ToArray();
        Assert.NotEmpty(errors);
        Summary.Types.Value[] shown = [.. Events().Select(value => value.Value).Where(value => value.Image is not null)];
        Assert.Equal(
            errors.Select((scored, index) => string.Create(
                CultureInfo.InvariantCulture,
                $"errors/{index + 1:00}: {scored.Label}, predicted {scored.Prediction.Label} ({scored.Prediction.Probability:p0})")),
            shown.Select(value => value.Tag));
        Image worst = ImageSource.FromBytes(shown[0].Image.EncodedImageString.ToByteArray()).Decode();
        Assert.Equal(ImageSource.FromPath(errors[0].Prediction.Name).Decode().Pixels, worst.Pixels);
        Assert.Equal((40, 40), (shown[0].Image.Width, shown[0].Image.Height));
    }

    [Fact]
    public void A_folder_that_cannot_be_written_to_is_an_error_before_any_work()
    {
        string file = _folder.Write("file", []);
        var error = Assert.Throws<IOException>(() => Trainings.Train(Tuning with
        {
            TensorBoardFolder = Path.Combine(file, "runs"),
            Progress = new Listener(_ => Assert.Fail("It trains.")),
        }, _images.Path));
        Assert.StartsWith($"The TensorBoard folder '{Path.Combine(file, "runs")}' cannot be written to: ", error.Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void A_folder_that_is_lost_later_does_not_end_the_training_and_is_told_once()
    {
        var told = new List<string>();
        using ImageClassificationTransformer model = Trainings.Train(Tuning with
        {
            TensorBoardFolder = Runs,
            TensorBoardLost = told.Add,
            Progress = new Listener(report =>
            {
                if (report.Finished?.Epoch != 2) return;
                Directory.Delete(Runs, recursive: true);
                File.WriteAllText(Runs, "");
            }),
        }, _images.Path);
        Assert.Equal(3, model.Training!.Epochs.Count);
        Assert.StartsWith($"Nothing more is written for TensorBoard in '{Runs}': ", Assert.Single(told), StringComparison.Ordinal);
    }

    [Fact]
    public void Histograms_need_a_folder()
    {
        var error = Assert.Throws<OptionException>(() => Trainings.Train(Tuning with { TensorBoardHistograms = true }, _images.Path));
        Assert.Contains("TensorBoardHistograms is set, and TensorBoardFolder is not", error.Message, StringComparison.Ordinal);
    }

    public void Dispose()
    {
        _images.Dispose();
        _folder.Dispose();
    }

    private string Runs => _folder.PathOf("runs");

    private static string LabelOf(string file) => Path.GetFileName(Path.GetDirectoryName(file))!;

    private static float[] Floats(ReadOnlyMemory<byte> bytes) => MemoryMarshal.Cast<byte, float>(bytes.Span).ToArray();

    /// <summary>What should be there, with learning rates relative to those of the results.</summary>
    private static (string Tag, long Step, float Value)[] Expected(TrainingSummary training, IEnumerable<(string Tag, double Factor)> rates)
    {
        return [.. training.Epochs.SelectMany(Of).Where(scalar => float.IsFinite(scalar.Item3))];

        IEnumerable<(string, long, float)> Of(EpochResult epoch) =>
        [
            ("loss/train", epoch.Epoch, (float)epoch.Loss), ("loss/validation", epoch.Epoch, (float)epoch.ValidationLoss),
            ("accuracy/train", epoch.Epoch, (float)epoch.TrainingAccuracy),
            ("accuracy/validation", epoch.Epoch, (float)epoch.ValidationAccuracy),
            ("macro_f1/validation", epoch.Epoch, (float)epoch.ValidationMacroF1),
            ("macro_accuracy/validation", epoch.Epoch, (float)epoch.ValidationMacroAccuracy),
            ("macro_precision/validation", epoch.Epoch, (float)epoch.ValidationMacroPrecision),
            ("calibration_error/validation", epoch.Epoch, (float)epoch.ValidationCalibrationError),
            ("brier_score/validation", epoch.Epoch, (float)epoch.ValidationBrierScore),
            ("speed/images_per_second", epoch.Epoch, (float)epoch.ImagesPerSecond),
            .. rates.Select(rate => (rate.Tag, (long)epoch.Epoch, (float)(epoch.LearningRate * rate.Factor))),
        ];
    }

    private (string Tag, long Step, float Value)[] Scalars() =>
    [
        .. Events().Where(value => value.Value.ValueCase == Summary.Types.Value.ValueOneofCase.SimpleValue)
            .Select(value => (value.Value.Tag, value.Step, value.Value.SimpleValue)),
    ];

    private IEnumerable<(long Step, Summary.Types.Value Value)> Events() => EventFiles.Values(EventFiles.Read(Runs));
}
