using Microsoft.ML;
using MLTransfer.Estimators;
using MLTransfer.Tests.Reference;

namespace MLTransfer.Tests.Estimators;

public sealed class CalibratedModelTests : IDisposable
{
    private readonly ColouredImages _images = new(perClass: 30);

    public void Dispose() => _images.Dispose();

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void The_probabilities_are_those_of_logits_divided_by_the_temperature_and_the_classes_stay(bool isFineTuning)
    {
        using ImageClassificationTransformer calibrated = Trained(isFineTuning, isCalibrated: true);
        using ImageClassificationTransformer plain = Trained(isFineTuning, isCalibrated: false);
        Calibration calibration = calibrated.Training!.Calibration!;
        Assert.Equal(calibration.Temperature, calibrated.Temperature);
        Assert.NotEqual(1, calibrated.Temperature);
        Assert.True(calibration.After.LogLoss < calibration.Before.LogLoss);
        Assert.Equal((1, null), (plain.Temperature, plain.Training!.Calibration));
        float[][] before = Trainings.Scores(plain, _images.Path), after = Trainings.Scores(calibrated, _images.Path);
        // Single precision; the logarithm of a probability is its logit, but for a constant.
        for (int image = 0; image < before.Length; image++)
        {
            double[] scaled = [.. before[image].Select(probability => Math.Exp(Math.Log(probability) / calibration.Temperature))];
            Assert.All(after[image].Zip(scaled), pair => Assert.Equal(pair.Second / scaled.Sum(), pair.First, 1e-4));
        }

        double logLoss = before.Select((row, image) => -Math.Log(row[image < 30 ? 0 : 1])).Average();
        Assert.Equal(logLoss, calibration.Before.LogLoss, 1e-4);
    }

    [Fact]
    public void A_loaded_model_is_calibrated_alike()
    {
        using ImageClassificationTransformer model = Trained(isFineTuning: false, isCalibrated: true);
        using var folder = new TemporaryFolder();
        MLContext ml = new MLContext().AddMLTransfer();
        ml.Model.Save(model, null, folder.PathOf("model.zip"));
        using var loaded = (ImageClassificationTransformer)ml.Model.Load(folder.PathOf("model.zip"), out _);
        Assert.Equal(model.Temperature, loaded.Temperature);
        Assert.Equal(Trainings.Scores(model, _images.Path), Trainings.Scores(loaded, _images.Path));
    }

    [Fact]
    public void A_temperature_needs_a_new_format_and_none_needs_none()
    {
        Assert.Contains("\"format\":1,", Description.ToJson(), StringComparison.Ordinal);
        Assert.DoesNotContain("temperature", Description.ToJson(), StringComparison.Ordinal);
        string calibrated = (Description with { Temperature = 1.5 }).ToJson();
        Assert.Contains("\"format\":5,", calibrated, StringComparison.Ordinal);
        Assert.Equal(1.5, ModelDescription.FromJson(calibrated).Temperature);
    }

    [Theory]
    [InlineData("0")]
    [InlineData("-1")]
    [InlineData("1e9")]
    public void A_temperature_that_no_calibration_gives_is_refused(string temperature)
    {
        string hostile = (Description with { Temperature = 1.5 }).ToJson().Replace(
            "\"temperature\":1.5", $"\"temperature\":{temperature}", StringComparison.Ordinal);
        Assert.Contains("temperature", Assert.Throws<InvalidDataException>(() => ModelDescription.FromJson(hostile)).Message,
            StringComparison.Ordinal);
    }

    private static ModelDescription Description => AugmentedModel.Description;

    private ImageClassificationTransformer Trained(bool isFineTuning, bool isCalibrated)
    {
        var ml = new MLContext(seed: 1);
        IDataView images = Trainings.Keyed(ml, ml.Data.LoadImageFolder(_images.Path));
        ImageClassificationOptions options =
            isFineTuning ? TrainedModel.Options with { Epochs = 1, LearningRate = 1e-3 } : Trainings.Extraction;
        return Trainings.Fit(ml, options with { Validation = images, Calibrate = isCalibrated }, images);
    }
}
