using Microsoft.ML.Runtime;
using MLTransfer.Downloads;
using MLTransfer.Errors;
using MLTransfer.Graphs;
using MLTransfer.Imaging;
using MLTransfer.Models;
using MLTransfer.Weights;
using TorchSharp;
using static TorchSharp.torch;

namespace MLTransfer.Estimators;

/// <summary>What options of trainings and of the featurizer say about the backbone.</summary>
internal interface IBackboneOptions
{
    string Backbone { get; }

    string? Weights { get; }

    WeightStore WeightStore { get; }

    int? ImageSize { get; }

    Preprocessing? Preprocessing { get; }

    IProgress<DownloadProgress>? DownloadProgress { get; }

    CancellationToken Cancellation { get; }

    /// <summary>Receives a sentence on each thing that was found or chosen: where in a file the weights are, the image size.</summary>
    Action<string>? Noted { get; }

    /// <summary>The preprocessing of the weights, or the one asked for, with the parts that options replace. Default: none.</summary>
    /// <exception cref="OptionException">They do not fit it.</exception>
    Preprocessing Adjust(Preprocessing preprocessing) => preprocessing;
}

/// <summary>The backbone that options name, and where its weights come from; nothing is read yet.</summary>
internal sealed record BackboneChoice(Backbone Backbone, WeightsReference Weights)
{
    /// <exception cref="OptionException">The backbone, its weights or its images cannot be used.</exception>
    public static BackboneChoice Of(IBackboneOptions options)
    {
        if (GraphAddress.TryParse(options.Backbone) is { } graph) return OfGraph(graph, options);
        Backbone backbone = OptionException.Resolve(nameof(options.Backbone), () => ModelZoo.Find(options.Backbone));
        WeightsReference weights =
            OptionException.Resolve(nameof(options.Weights), () => WeightsReference.Parse(options.Weights, backbone.Name));
        CheckSize(backbone, options);
        return new(backbone, weights);
    }

    /// <summary>What is wrong with the options about images, before the backbone is known.</summary>
    public static IEnumerable<string?> Contradictions(IBackboneOptions options) =>
    [
        options.Preprocessing?.Complaint is { } complaint ? $"Preprocessing cannot be used: {complaint}." : null,
        options.ImageSize is not null && options.Preprocessing?.Transforms is not null
            ? "ImageSize is given, and Preprocessing has Transforms of its own; leave one of them out." : null,
    ];

    // The width of some outputs depends on the size of the images.
    private static BackboneChoice OfGraph(GraphAddress graph, IBackboneOptions options)
    {
        if (!WeightsReference.IsNone(options.Weights)
            && !WeightsReference.EqualsIgnoringCase(options.Weights, WeightsReference.Default))
            throw new OptionException(
                $"The weights are '{options.Weights}', and a graph has its own. Leave the weights out.", nameof(options.Weights));
        Backbone backbone = GraphBackbone.Open(graph, options.ImageSize ?? options.Preprocessing?.CropTo);
        CheckSize(backbone, options);
        return new(backbone, WeightsReference.Random);
    }

    private static void CheckSize(Backbone backbone, IBackboneOptions options)
    {
        if ((options.ImageSize ?? options.Preprocessing?.CropTo) is { } size)
            OptionException.Resolve(
                options.ImageSize is null ? nameof(options.Preprocessing) : nameof(options.ImageSize), () => Fitting(backbone, size));
    }

    private static int Fitting(Backbone backbone, int size)
    {
        backbone.CheckInputSize(size);
        return size;
    }
}

/// <summary>A backbone whose weights are on this machine, ready to be built.</summary>
/// <param name="Environment">Where what is found is logged.</param>
/// <param name="Options">The options.</param>
/// <param name="Backbone">The backbone.</param>
/// <param name="Seed">Decides all weights that no file gives.</param>
/// <param name="Weights">The weights; null for random ones, or for those of <paramref name="Start"/>.</param>
/// <param name="Start">The saved model that the weights come from; null where they come from no model.</param>
internal sealed record PretrainedBackbone(
    IHostEnvironment Environment, IBackboneOptions Options, Backbone Backbone, int Seed, LocalWeights? Weights, StartingModel? Start)
{
    /// <summary>The preprocessing asked for, or else that of the weights, at the size asked for.</summary>
    /// <exception cref="OptionException">The preprocessing of the weights has another size than is asked for.</exception>
    public Preprocessing Preprocessing { get; } =
        Options.Adjust(Sized(Options.Preprocessing ?? Own(Backbone, Weights, Start), Options));

    /// <summary>The preprocessing of the weights.</summary>
    public Preprocessing OwnPreprocessing => Own(Backbone, Weights, Start);

    /// <summary>Finds or downloads the weights.</summary>
    /// <exception cref="WeightsException">They cannot be found or downloaded.</exception>
    public static PretrainedBackbone Get(
        IHostEnvironment environment, IBackboneOptions options, BackboneChoice choice, int seed, StartingModel? start) => new(
        environment, options, choice.Backbone, seed,
        start is null ? PretrainedWeights.Get(choice.Weights, options, environment) : null, start);

    /// <summary>The network with its weights and a new head, all drawn from the seed where no file gives them.</summary>
    /// <exception cref="WeightsException">The weights cannot be read, or belong to another network.</exception>
    public ImageModel Build(IReadOnlyList<string> classes, ClassifierHead head, Device device)
    {
        ImageModel model = RandomState.From(Seed, () => Backbone.Build(classes.Count, head));
        try
        {
            if (Weights is not null) PretrainedWeights.Load(model, Backbone, Weights, Options, Environment);
            Start?.CopyTo(model, classes, head);
            return model.to(device);
        }
        catch
        {
            model.Dispose();
            throw;
        }
    }

    private static Preprocessing Own(Backbone backbone, LocalWeights? weights, StartingModel? start) =>
        start?.Preprocessing ?? weights?.Preprocessing ?? backbone.Preprocessing;

    private static Preprocessing Sized(Preprocessing own, IBackboneOptions options)
    {
        if (options.ImageSize is not { } size) return own;
        return own.Transforms is null || size == own.CropTo
            ? own.ForSize(size)
            : throw new OptionException(
                $"The image size asked for is {size}, and the preprocessing of '{options.Weights}' ends with images of {own.CropTo} "
                + "pixels. Leave the size out.");
    }
}
