using System.IO.Compression;
using Microsoft.ML.Runtime;
using MLTransfer.Downloads;
using MLTransfer.Errors;
using MLTransfer.Imaging;
using MLTransfer.Models;
using MLTransfer.Weights;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace MLTransfer.Estimators;

/// <summary>A model that this library saved, as the start of another training.</summary>
internal sealed class StartingModel : IDisposable
{
    private readonly string _path;
    private readonly ImageClassificationTransformer _model;

    private StartingModel(string path, ImageClassificationTransformer model) => (_path, _model) = (path, model);

    /// <summary>The preprocessing of this model.</summary>
    public Preprocessing Preprocessing => _model.Preprocessing;

    /// <summary>The head of this model.</summary>
    public ClassifierHead Head => _model.Head;

    /// <summary>Opens the file that <see cref="ImageClassificationOptions.Weights"/> names; null where it is not a saved model.</summary>
    /// <exception cref="ArgumentException">It is a model of another backbone.</exception>
    /// <exception cref="WeightsException">It is damaged.</exception>
    public static StartingModel? Open(BackboneChoice choice)
    {
        if (!IsNamedBy(choice)) return null;
        (Backbone backbone, string path) = (choice.Backbone, choice.Weights.File!);
        var start = new StartingModel(path, Load(path));
        if (start._model.Backbone == backbone.Name) return start;
        start.Dispose();
        throw new OptionException(
            $"The weights '{path}' are a model of the backbone {start._model.Backbone}, and the backbone asked for is {backbone.Name}. " +
            $"Ask for the backbone {start._model.Backbone}, or for other weights.");
    }

    /// <summary>Whether the weights are a saved model.</summary>
    public static bool IsNamedBy(BackboneChoice choice) => choice.Weights.File is { } path && IsModel(path);

    /// <summary>
    /// Whether the trained head fits too: the same layers and the same classes, in any order; in their order where the head is the user's
    /// own, of which it is not known which weights belong to which class.
    /// </summary>
    public bool FitsHead(IReadOnlyList<string> classes, ClassifierHead head) => head.HasLayersOf(Head) && (head.Name is null
        ? classes.Count == _model.Labels.Count && _model.Labels.ToHashSet(StringComparer.Ordinal).SetEquals(classes)
        : classes.SequenceEqual(_model.Labels, StringComparer.Ordinal));

    /// <summary>Copies the weights into a new network, with the head where that fits.</summary>
    public void CopyTo(ImageModel model, IReadOnlyList<string> classes, ClassifierHead head)
    {
        bool withHead = FitsHead(classes, head);
        // A model file has no auxiliary heads: those of the loaded network are random, and the new network's come from the seed.
        string[] auxiliary = [.. model.AuxiliaryHeads.Select(head => head.StateName + ".")];
        string[] leftOut = withHead ? auxiliary : [.. auxiliary, model.HeadName + "."];
        var tensors = StateDict.Save(_model.Network)
            .Where(tensor => !leftOut.Any(prefix => tensor.Name.StartsWith(prefix, StringComparison.Ordinal)));
        StateDict.Load(model, tensors.ToDictionary(tensor => tensor.Name, StringComparer.Ordinal), _path, _model.Backbone, model.HeadName);
        if (!withHead || head.Name is not null) return;
        List<string> labels = [.. _model.Labels];
        Rearrange(model.Head, [.. classes.Select(label => (long)labels.IndexOf(label))]);
    }

    /// <summary>Frees the loaded network.</summary>
    public void Dispose() => _model.Dispose();

    private static bool IsModel(string path)
    {
        try
        {
            using ZipArchive zip = ZipFile.OpenRead(path);
            return zip.Entries.Any(entry => entry.FullName.EndsWith(ModelPayload.StreamName, StringComparison.Ordinal));
        }
        // Not a zip, damaged or unreadable: the weights reader reports what is wrong.
        catch (Exception error) when (error is InvalidDataException or IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    private static ImageClassificationTransformer Load(string path)
    {
        try
        {
            return SavedModel.Open(path);
        }
        catch (InvalidDataException failure)
        {
            throw new WeightsException(path, $"cannot be used as a model. {failure.Message.TrimEnd('.')}", SavedModel.Expected, failure);
        }
    }

    // The rows of the last layer are the classes, in the order of the model that was loaded.
    private static void Rearrange(nn.Module head, long[] order)
    {
        using var scope = NewDisposeScope();
        using var frozen = no_grad();
        (string name, Parameter parameter)[] parameters = [.. head.named_parameters()];
        string layer = LayerOf(parameters[^1].name);
        foreach ((_, Parameter parameter) in parameters.Where(each => LayerOf(each.name) == layer))
            parameter.copy_(parameter.index_select(0, tensor(order, device: parameter.device)));
    }

    private static string LayerOf(string parameter) => parameter[..(parameter.LastIndexOf('.') + 1)];
}

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
        options.Noted?.Invoke(told);
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
