using MLTransfer.Downloads;
using MLTransfer.Models;
using MLTransfer.Weights;
using Microsoft.ML.Runtime;

namespace MLTransfer.Estimators;

/// <summary>Finds or downloads the weights that the options name, and loads them into a network with a new head.</summary>
internal static class PretrainedWeights
{
    /// <summary>The weights, on this machine; null for random ones.</summary>
    /// <exception cref="WeightsException">They cannot be found or downloaded.</exception>
    public static LocalWeights? Get(WeightsReference reference, IBackboneOptions options, IHostEnvironment environment)
    {
        if (reference.IsRandom) return null;
        using IChannel channel = environment.Start(nameof(WeightStore));
        var log = new WeightsLog(channel, options.DownloadProgress);
        return options.WeightStore.GetAsync(reference, log, options.Cancellation).GetAwaiter().GetResult();
    }

    /// <summary>Loads them, and reports where in a user's file they were found.</summary>
    /// <exception cref="WeightsException">They cannot be read, or belong to another network.</exception>
    public static void Load(ImageModel model, Backbone backbone, LocalWeights weights, IBackboneOptions options,
        IHostEnvironment environment)
    {
        using OpenWeights file = weights.Open();
        string name = weights.Path ?? weights.Name;
        string prefix = StateDict.Load(
            model, file, name, backbone.Name, model.HeadName, tensors => BackboneDetector.Detect(tensors)?.Backbone.Name).Prefix;
        if (weights.Preprocessing is not null || NetworkInFile.Describe(file, name, prefix) is not { } told) return;
        using IChannel channel = environment.Start(nameof(StateDict));
        channel.Info(MessageSensitivity.UserData, told);
        options.WeightsFound?.Invoke(told);
    }
}

/// <summary>Reports a download to the caller's progress, and its start and failures to ML.NET's log.</summary>
internal sealed class WeightsLog(IChannel channel, IProgress<DownloadProgress>? progress) : IProgress<DownloadProgress>
{
    private bool _begun;

    public void Report(DownloadProgress value)
    {
        progress?.Report(value);
        if (value.Phase == DownloadPhase.WaitingToRetry)
            channel.Warning(MessageSensitivity.None, $"{value.File}: {value.Reason}; trying again.");
        if (_begun) return;
        _begun = true;
        channel.Info(MessageSensitivity.None, value.Phase == DownloadPhase.WaitingForAnother
            ? $"Waiting for another process, which downloads {value.File}."
            : $"Downloading {value.File}.");
    }
}
