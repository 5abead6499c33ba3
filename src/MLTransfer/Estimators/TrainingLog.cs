using System.Globalization;
using Microsoft.ML.Runtime;
using MLTransfer.Imaging;
using MLTransfer.Training;

namespace MLTransfer.Estimators;

/// <summary>Reports every batch to the caller's progress and every epoch to ML.NET's log.</summary>
internal sealed class TrainingLog(IChannel channel, IProgress<TrainingProgress>? progress) : IProgress<TrainingProgress>
{
    public void Report(TrainingProgress value)
    {
        progress?.Report(value);
        if (value.Phase == TrainingPhase.Features && value.Done == value.Total)
            Info(string.Create(CultureInfo.InvariantCulture, $"Features of {value.Total} images, {value.ImagesPerSecond:f0} a second."));
    }

    /// <summary>Reports that more images have features.</summary>
    public void Features(Throughput throughput, long images, int epochs)
    {
        throughput.Add(images);
        Report(throughput.Report(TrainingPhase.Features, 0, epochs, default, double.NaN));
    }

    public void Finished(EpochResult epoch) => Info(string.Create(
        CultureInfo.InvariantCulture,
        $"Epoch {epoch.Epoch}: loss {epoch.Loss:f4}, training accuracy {epoch.TrainingAccuracy:f4}, validation accuracy "
        + $"{epoch.ValidationAccuracy:f4}, {epoch.Seconds:f1} s."));

    public void Skipped(SkippedImage image) => channel.Warning(MessageSensitivity.UserData, $"Left out {image.Name}: {image.Reason}");

    public void Warnings(IEnumerable<string> warnings)
    {
        foreach (string warning in warnings) channel.Warning(MessageSensitivity.None, warning);
    }

    private void Info(string text) => channel.Info(MessageSensitivity.None, text);
}
