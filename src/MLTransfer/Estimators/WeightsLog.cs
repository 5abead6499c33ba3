using Microsoft.ML.Runtime;
using MLTransfer.Downloads;

namespace MLTransfer.Estimators;

/// <summary>Tells ML.NET's log of a download: that it begins, and what goes wrong.</summary>
internal sealed class WeightsLog(IChannel channel) : IProgress<DownloadProgress>
{
    private bool _begun;

    public void Report(DownloadProgress value)
    {
        if (value.Phase == DownloadPhase.WaitingToRetry)
            channel.Warning(MessageSensitivity.None, $"{value.File}: {value.Reason}; trying again.");
        if (_begun) return;
        _begun = true;
        channel.Info(MessageSensitivity.None, value.Phase == DownloadPhase.WaitingForAnother
            ? $"Waiting for another process, which downloads {value.File}."
            : $"Downloading {value.File}.");
    }
}
