using MLTransfer.Models;
using MLTransfer.Tests.Models;
using MLTransfer.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace MLTransfer.Tests.Training;

public class BatchSizeSearchTests
{
    [Theory]
    [InlineData(256, 256, 256)]
    [InlineData(100, 256, 64)]
    [InlineData(256, 100, 64)]
    [InlineData(4, 256, 4)]
    [InlineData(1, 256, 4)]
    public void The_greatest_power_of_two_that_fits_is_found_where_each_trains_faster(int fits, int greatest, int found) => Assert.Equal(
        found, new BatchSizeSearch(size => size <= fits ? new(Seconds: 1, Bytes: 0) : null, memory: 0).Run(greatest));

    // A step takes the time of its images, and that of some more, o: twice the size s gains a tenth while s <= 4.5 o.
    [Theory]
    [InlineData(0, 16)]
    [InlineData(4, 32)]
    [InlineData(16, 128)]
    [InlineData(1e6, 256)]
    public void A_size_that_gains_less_than_a_tenth_is_not_taken(double overhead, int found) => Assert.Equal(
        found, new BatchSizeSearch(size => new(size + overhead, Bytes: 0), memory: 0).Run(greatest: 256));

    [Fact]
    public void A_size_that_may_need_more_memory_than_there_is_is_not_tried()
    {
        var tried = new List<int>();
        var search = new BatchSizeSearch(
            size =>
            {
                tried.Add(size);
                return new(Seconds: 1, Bytes: 100 + size);
            },
            memory: 240);
        Assert.Equal(32, search.Run(greatest: 256));
        Assert.Equal([4, 8, 16, 32], tried);
    }

    [Theory]
    [InlineData(10, 4)]
    [InlineData(244, 16)]
    [InlineData(256, 32)]
    [InlineData(1_000_000, 256)]
    public void An_epoch_has_at_least_eight_steps_where_there_are_enough_images(int images, int greatest) =>
        Assert.Equal(greatest, BatchSizeSearch.Greatest(images));

    [Theory]
    [InlineData(OptimizerKind.Sgd)]
    [InlineData(OptimizerKind.AdamW)]
    public void Trying_leaves_the_network_as_it_was(OptimizerKind optimizer)
    {
        using var scope = NewDisposeScope();
        RandomState.Seed(1);
        ImageModel network = ModelZoo.Find("cifar_resnet20").Build(classes: 3);
        Tensor[] before = [.. network.state_dict().Values.Select(value => value.clone())];
        var options = new FineTuningOptions { Optimizer = optimizer, EmaDecay = 0.9, Accumulate = 3, LearningRate = 1e9 };
        using (var steps = new TrialSteps(new TrainableModel(network, network.Head, []), options, imageSize: 32, CPU))
        {
            Assert.True(steps.Try(4) is { Seconds: > 0 });
            Assert.True(steps.Try(8) is { Seconds: > 0 });
        }

        Assert.All(network.state_dict().Values.Zip(before), pair => Assert.True(pair.First.equal(pair.Second).all().item<bool>()));
        Assert.All(network.parameters(), parameter => Assert.Null(parameter.grad));
    }

    [Fact]
    public void Trying_leaves_no_tensors()
    {
        using ImageModel network = ModelZoo.Find("cifar_resnet20").Build(classes: 3);
        long before = LiveTensors.OnThisThread;
        using (var steps = new TrialSteps(new TrainableModel(network, network.Head, []), new FineTuningOptions(), imageSize: 32, CPU))
            steps.Try(4);
        Assert.Equal(before, LiveTensors.OnThisThread);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Steps_that_begin_with_kept_outputs_do_not_run_the_frozen_layers(bool outputsAreKept)
    {
        using var scope = NewDisposeScope();
        using var network = new Counting();
        network.ResetClassifier(3);
        var model = new TrainableModel(network, network.Head, network.Groups[0].Modules);
        using (var steps = new TrialSteps(model, new FineTuningOptions(), imageSize: 8, CPU, outputsAreKept))
        {
            steps.Try(4);
            int first = network.FrozenRuns;
            steps.Try(4);
            // The outputs are computed once; otherwise in the pass that prepares and in each of three steps.
            Assert.Equal(outputsAreKept ? 1 : 4, network.FrozenRuns - first);
        }
    }

    [Fact]
    public void Half_of_the_free_memory_may_be_taken_on_a_processor_and_all_of_another_device()
    {
        Assert.InRange(TrialSteps.MemoryOf(DeviceType.CPU), 1, GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / 2);
        Assert.Equal(long.MaxValue, TrialSteps.MemoryOf(DeviceType.CUDA));
    }

    [Fact]
    public void A_lack_of_memory_is_known_by_what_torch_says_and_explained()
    {
        Exception real = Assert.ThrowsAny<Exception>(() => empty(1L << 50, dtype: ScalarType.Byte));
        Assert.True(LackOfMemory.Is(real));
        var cuda = new InvalidOperationException("CUDA out of memory. Tried to allocate 2.00 GiB. GPU 0 is full\nException raised from x");
        var explained = Assert.Throws<InvalidOperationException>(() => LackOfMemory.Explain<int>(() => throw cuda, "in a test. End it."));
        Assert.Equal(
            "Memory ran out in a test. End it. The reason: CUDA out of memory. Tried to allocate 2.00 GiB. GPU 0 is full.",
            explained.Message);
        Assert.Same(cuda, explained.InnerException);
        var other = new InvalidOperationException("The image is lost.");
        Assert.Same(other, Assert.ThrowsAny<Exception>(() => LackOfMemory.Explain<int>(() => throw other, "in a test.")));
        Assert.Equal(3, LackOfMemory.Explain(() => 3, "in a test."));
    }

    /// <summary>A network that counts how often its first layer runs, which has no form for export and so cannot be packed.</summary>
    private sealed class Counting : ImageModel
    {
        public Counting() : base(nameof(Counting), "fc", featureWidth: 3)
        {
            nn.Module<Tensor, Tensor> frozen = Child("frozen", nn.Conv2d(3, 3, 1)), trained = Child("trained", nn.Conv2d(3, 3, 1));
            Groups =
            [
                new("frozen", [frozen], images =>
                {
                    FrozenRuns++;
                    return frozen.call(images);
                }),
                new("trained", trained),
            ];
        }

        public int FrozenRuns { get; private set; }

        public override IReadOnlyList<LayerGroup> Groups { get; }
    }
}
