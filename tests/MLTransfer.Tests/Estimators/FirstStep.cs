using Microsoft.ML;
using Microsoft.ML.Data;
using MLTransfer.Data;
using MLTransfer.Imaging;
using MLTransfer.Imaging.Transforms;
using MLTransfer.Models;
using MLTransfer.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace MLTransfer.Tests.Estimators;

/// <summary>
/// A fine-tuning of one step over all images, which is so small that the model keeps its first weights; and, computed apart from them, the
/// cross entropy of each image of that step.
/// </summary>
internal sealed class FirstStep : IDisposable
{
    public const int Seed = 1;

    private readonly ImageModel _network;
    private readonly IReadOnlyList<ImageSource> _images;
    private readonly int[] _labels;

    public FirstStep(string folder, FineTuningOptions options)
    {
        var ml = new MLContext(Seed);
        ImageFile[] files = [.. ml.Data.CreateEnumerable<ImageFile>(ml.Data.LoadImageFolder(folder), reuseRowObject: false)];
        string[] classes = [.. files.Select(file => file.Label).Distinct()];
        _labels = [.. files.Select(file => Array.IndexOf(classes, file.Label))];
        _images = [.. files.Select(file => ImageSource.FromPath(file.ImagePath))];
        using ImageClassificationTransformer model = Trainings.Train(
            options with { Epochs = 1, BatchSize = files.Length, LearningRate = 1e-12, HeadWarmup = false }, folder, ml);
        (Loss, Count) = (model.Training!.Epochs[0].Loss, model.Training.TrainingImages);
        _network = ModelZoo.Find(options.Backbone).Build(classes.Length);
        _network.load_state_dict(model.Network.state_dict());
        _network.train();
    }

    /// <summary>What the training says of its loss.</summary>
    public double Loss { get; }

    /// <summary>On how many images it trained.</summary>
    public int Count { get; }

    /// <summary>The images of the epoch by index, each once, in the order of the training.</summary>
    public int[] Order => Shuffle.Order(_labels.Length, Seed, epoch: 1);

    /// <summary>The order in which sampling by class takes them.</summary>
    public int[] BalancedOrder => ClassSampling.Balanced(_labels, Seed, epoch: 1);

    public IReadOnlyList<int> Labels => _labels;

    /// <summary>The cross entropy of each image of a batch, after the transforms, and after mixing if there is any.</summary>
    public float[] LossOfEach(int[] order, IReadOnlyList<ImageTransform> transforms, BatchMixing? mixing = null)
    {
        using var scope = NewDisposeScope();
        using var frozen = no_grad();
        var loader = new BatchLoader(_images, transforms, order.Length, threads: 1, seed: Seed);
        ImageBatch read = loader.Load(order, epoch: 1).Single();
        var batch = new LabelledBatch(
            ImageTensor.From(read, Preprocessing.Cifar, CPU), tensor(read.Indices.Select(index => (long)_labels[index]).ToArray()),
            order.Length);
        if (mixing is not null) batch = mixing.Mix(batch, epoch: 1, index: 0);
        Tensor losses = nn.functional.cross_entropy(_network.call(batch.Inputs), batch.Targets, reduction: nn.Reduction.None);
        return losses.data<float>().ToArray();
    }

    public void Dispose() => _network.Dispose();
}
