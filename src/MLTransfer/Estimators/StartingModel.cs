using System.IO.Compression;
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
        (Backbone backbone, WeightsReference weights) = choice;
        if (weights.File is not { } path || !IsModel(path)) return null;
        var start = new StartingModel(path, Load(path));
        if (start._model.Backbone == backbone.Name) return start;
        start.Dispose();
        throw new OptionException(
            $"The weights '{path}' are a model of the backbone {start._model.Backbone}, and the backbone asked for is {backbone.Name}. " +
            $"Ask for the backbone {start._model.Backbone}, or for other weights.");
    }

    /// <summary>Whether the trained head fits too: the same classes, in any order, and the same layers.</summary>
    public bool FitsHead(IReadOnlyList<string> classes, ClassifierHead head) =>
        head.HiddenWidth == Head.HiddenWidth && classes.Count == _model.Labels.Count
        && _model.Labels.ToHashSet(StringComparer.Ordinal).SetEquals(classes);

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
        if (!withHead) return;
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
