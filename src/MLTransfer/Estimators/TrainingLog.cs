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
        if (value.Done < value.Total) return;
        string text = value.Phase == TrainingPhase.Features
            ? $"Features of {value.Total} pictures, {value.PicturesPerSecond:f0} a second."
            : $"{value.Phase}, epoch {value.Epoch} of {value.Epochs}: loss {value.Loss:f4}, training accuracy {value.TrainingAccuracy:f4}, validation accuracy {value.ValidationAccuracy:f4}.";
        channel.Info(MessageSensitivity.None, text.ToString(CultureInfo.InvariantCulture));
    }

    public void Skipped(IEnumerable<SkippedPicture> pictures)
    {
        foreach (SkippedPicture picture in pictures) channel.Warning(MessageSensitivity.UserData, $"Left out {picture.Name}: {picture.Reason}");
    }
}
