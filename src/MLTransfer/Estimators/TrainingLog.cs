using System.Globalization;
using Microsoft.ML.Runtime;
using MLTransfer.Imaging;

namespace MLTransfer.Estimators;

/// <summary>Tells the caller's progress and ML.NET's log how a training goes: every batch to the one, every epoch to the other.</summary>
internal sealed class TrainingLog(IChannel channel, IProgress<TrainingProgress>? progress) : IProgress<TrainingProgress>
{
    public void Report(TrainingProgress value)
    {
        progress?.Report(value);
        if (value.Phase == TrainingPhase.Features && value.Done == value.Total)
            Info($"Features of {value.Total} images, {value.ImagesPerSecond:f0} a second.");
    }

    public void Finished(EpochResult epoch) => Info(
        $"Epoch {epoch.Epoch}: loss {epoch.Loss:f4}, training accuracy {epoch.TrainingAccuracy:f4}, validation accuracy {epoch.ValidationAccuracy:f4}, {epoch.Seconds:f1} s.");

    public void Skipped(SkippedImage image) => channel.Warning(MessageSensitivity.UserData, $"Left out {image.Name}: {image.Reason}");

    public void Warnings(IEnumerable<string> warnings)
    {
        foreach (string warning in warnings) channel.Warning(MessageSensitivity.None, warning);
    }

    private void Info(FormattableString text) => channel.Info(MessageSensitivity.None, text.ToString(CultureInfo.InvariantCulture));
}
