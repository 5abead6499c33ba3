using System.Globalization;
using MLTransfer.Imaging;
using MLTransfer.Imaging.Transforms;
using MLTransfer.Native;
using MLTransfer.Training;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace MLTransfer.Estimators;

/// <summary>
/// Writes a training into an event file for TensorBoard. Once the file is there, nothing that fails with it ends the training: the first
/// failure is a warning, and the rest is left out.
/// </summary>
internal sealed class TensorBoardLog
{
    private const int MostErrors = 16;
    private const int LongestSide = 224;

    private readonly ImageClassificationOptions _options;
    private readonly int _seed;
    private readonly Action<string> _warn;
    private readonly SummaryWriter _writer;
    private bool _hasOptions;
    private bool _isLost;

    /// <param name="folder">The folder; created where there is none.</param>
    /// <param name="options">The options of the training.</param>
    /// <param name="seed">Its seed.</param>
    /// <param name="warn">Hears why nothing more is written.</param>
    /// <exception cref="IOException">The folder cannot be written to.</exception>
    public TensorBoardLog(string folder, ImageClassificationOptions options, int seed, Action<string> warn)
    {
        (_options, _seed, _warn) = (options, seed, warn);
        // The file's checksums are computed by the native library.
        TorchLibrary.Require();
        try
        {
            _writer = torch.utils.tensorboard.SummaryWriter(folder);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new IOException($"The TensorBoard folder '{folder}' cannot be written to: {error.Message} Name another folder.", error);
        }
    }

    /// <summary>Writes the last finished epoch.</summary>
    public void Write(TrainingState state) => Try(() =>
    {
        EpochResult epoch = state.Epochs[^1];
        if (!_hasOptions) _writer.add_text("options", Options(), epoch.Epoch - 1);
        _hasOptions = true;
        (string Tag, double Value)[] scalars =
        [
            ("loss/train", epoch.Loss), ("loss/validation", epoch.ValidationLoss), ("accuracy/train", epoch.TrainingAccuracy),
            ("accuracy/validation", epoch.ValidationAccuracy), ("macro_f1/validation", epoch.ValidationMacroF1),
            ("macro_accuracy/validation", epoch.ValidationMacroAccuracy), ("macro_precision/validation", epoch.ValidationMacroPrecision),
            ("mean_average_precision/validation", epoch.ValidationMeanAveragePrecision),
            ("calibration_error/validation", epoch.ValidationCalibrationError), ("brier_score/validation", epoch.ValidationBrierScore),
            ("speed/images_per_second", epoch.ImagesPerSecond),
            .. state.LearningRates.Select(group => ($"learning_rate/{group.Name}", group.Rate)),
        ];
        foreach ((string tag, double value) in scalars.Where(scalar => double.IsFinite(scalar.Value)))
            _writer.add_scalar(tag, (float)value, epoch.Epoch);
        if (_options.TensorBoardHistograms) WriteWeights(state.Model.Network, epoch.Epoch);
    });

    /// <summary>Writes the validation images that the trained model gets wrong with the greatest loss.</summary>
    public void WriteErrors(TrainingRun run, ImageClassificationTransformer model)
    {
        // A resumed training that has no epoch left does not write them again. They are missing if it was killed before it wrote them.
        if (run.Validation is not { } images || !_hasOptions || run.Options.Cancellation.IsCancellationRequested) return;
        Try(() =>
        {
            var errors = model.Predict(images.Images, run.Options.Cancellation)
                .Select((prediction, index) => (Prediction: prediction, Image: images.Images[index], Label: images.Labels[index]))
                .Where(scored => scored.Prediction.Error is null && scored.Prediction.Label != run.Classes[scored.Label])
                .OrderBy(scored => scored.Prediction.Probabilities[scored.Label])
                .Take(MostErrors);
            int rank = 0;
            foreach ((ImagePrediction prediction, ImageSource image, int label) in errors)
            {
                using var scope = NewDisposeScope();
                _writer.add_img(
                    string.Create(
                        CultureInfo.InvariantCulture,
                        $"errors/{++rank:00}: {run.Classes[label]}, predicted {prediction.Label} ({prediction.Probability:p0})"),
                    Thumbnail(image.Decode(run.Options.Decoding)), model.Training!.BestEpoch, dataformats: "HWC");
            }
        });
    }

    private void WriteWeights(nn.Module network, int epoch)
    {
        using var scope = NewDisposeScope();
        using var still = no_grad();
        foreach ((string name, Parameter weights) in network.named_parameters().Where(entry => entry.parameter.requires_grad))
            _writer.add_histogram($"weights/{name}", weights.detach().cpu(), epoch);
    }

    /// <summary>A table in Markdown, as TensorBoard shows it.</summary>
    private string Options()
    {
        IEnumerable<(string Name, string Value)> rows = TrainingOption.Values(_options).Append(("Seed", $"{_seed}"));
        return string.Join('\n', rows.Select(row => $"| {row.Name} | {row.Value.Replace("|", "\\|", StringComparison.Ordinal)} |")
            .Prepend("|---|---|").Prepend("| option | value |"));
    }

    /// <summary>The image (height, width, 3; byte), its longer side at most <see cref="LongestSide"/> pixels.</summary>
    private static Tensor Thumbnail(Image image)
    {
        double scale = Math.Min(1, (double)LongestSide / Math.Max(image.Width, image.Height));
        var random = default(ImageRandom);
        Image small = new Resize(Math.Max(1, (int)(image.Width * scale)), Math.Max(1, (int)(image.Height * scale)))
            .Apply(image, ref random);
        return tensor(small.Pixels, [small.Height, small.Width, 3]);
    }

    // Neither a full disk nor a folder that is gone is worth a training.
    private void Try(Action write)
    {
        if (_isLost) return;
        try
        {
            write();
        }
        catch (OperationCanceledException)
        {
            // The worst errors of an interrupted training are left out.
        }
        catch (Exception error) when (error is not OutOfMemoryException)
        {
            _isLost = true;
            _warn($"Nothing more is written for TensorBoard in '{_writer.LogDir}': {error.Message}");
        }
    }
}
