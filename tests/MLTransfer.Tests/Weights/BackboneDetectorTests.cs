using System.IO.Compression;
using MLTransfer.Data;
using MLTransfer.Imaging;
using MLTransfer.Models;
using MLTransfer.Tests.Reference;
using MLTransfer.Weights;
using TorchSharp;
using static TorchSharp.torch;

namespace MLTransfer.Tests.Weights;

public class BackboneDetectorTests
{
    [Theory]
    [InlineData("resnet18", 1000)]
    [InlineData("resnet34", 7)]
    [InlineData("mobilenet_v1_b12", 2)]
    [InlineData("swin_v2_t", 3)]
    [InlineData("maxvit_t", 3)]
    [InlineData("mnasnet0_5", 3)]
    [InlineData("googlenet", 7)]
    [InlineData("squeezenet1_1", 5)]
    [InlineData("mobilenet_v3_small", 2)]
    public void Weights_are_recognized_whatever_the_number_of_classes(string name, int classes)
    {
        using var scope = NewDisposeScope();

        ImageModel model = ModelZoo.Find(name).Build(classes);
        TensorDescription[] tensors = [.. StateDict.Save(model).Select(tensor => tensor.Description)];

        Assert.Equal(new BackboneDetector(ModelZoo.Find(name), classes), BackboneDetector.Detect(tensors));
        Assert.Equal("", BackboneDetector.Detect(
            tensors.Where(tensor => !tensor.Name.StartsWith(model.HeadName, StringComparison.Ordinal)))?.Prefix);
        IEnumerable<TensorDescription> within = tensors.Select(tensor => tensor with { Name = $"net.encoder.{tensor.Name}" });
        Assert.Equal(
            new BackboneDetector(ModelZoo.Find(name), classes) { Prefix = "net.encoder." },
            BackboneDetector.Detect(
                [.. within, new("loss.weight", TensorType.Float32, [2]), new("metric.weight", TensorType.Float32, [3])]));
    }

    [Fact]
    public void Every_backbone_has_its_own_number_of_parameters() =>
        Assert.Distinct(ModelZoo.All.Select(backbone => backbone.BodyParameters));
}

public class EmbeddedBackboneTests
{
    private const string Archive = "data/cifar10-train.zip";

    private static readonly PublishedWeights Weights = WeightsCatalog.Find("embedded");

    [Fact]
    public void It_is_the_file_that_the_catalog_knows_and_at_most_five_megabytes()
    {
        using Stream file = typeof(WeightsCatalog).Assembly.GetManifestResourceStream(Weights.Resource!)!;
        Assert.InRange(file.Length, 1, 5_000_000);
        Assert.Equal(Weights.AboutBytes, file.Length);
        Assert.Equal(Weights.Sha256, Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(file)));
    }

    [NeedsSharedFact(Archive)]
    public async Task It_classifies_images_it_was_not_trained_on_as_well_as_its_card_says()
    {
        using var scope = NewDisposeScope();
        using ImageModel model = ModelZoo.Find("embedded").Build(Weights.Classes);
        LocalWeights local = await WeightStore.Default.GetAsync(WeightsReference.ForPublished(Weights));
        StateDict.Load(model, local.Read(), local.Name, "embedded");
        using var frozen = new FrozenModel(model, ScalarType.Float32);
        (EncodedImage[] images, int[] labels) = HeldOut();
        var loader = new BatchLoader(images, Weights.Preprocessing.EvaluationTransforms(), FrozenModel.BatchSize, 0, seed: 1);
        int right = 0;
        foreach (ImageBatch batch in loader.Load([.. Enumerable.Range(0, images.Length)], epoch: 0))
        {
            using var step = NewDisposeScope();
            long[] answers = frozen.Logits(ImageTensor.From(batch, Weights.Preprocessing, CPU)).argmax(1).data<long>().ToArray();
            right += batch.Indices.Zip(answers).Count(pair => labels[pair.First] == pair.Second);
        }

        // Another libtorch rounds differently, and another JPEG decoder too: that decides a few images in a thousand.
        Assert.Equal(Weights.Top1!.Value, (double)right / images.Length, 0.003);
    }

    /// <summary>The 5,000 images that its training held back: those of the split of seed 1, in the order a folder lists them.</summary>
    private static (EncodedImage[] Images, int[] Labels) HeldOut()
    {
        using ZipArchive archive = ZipFile.OpenRead(SharedFolder.PathOf(Archive));
        ZipArchiveEntry[] entries = [.. archive.Entries.Where(entry => entry.Name.Length > 0)
            .OrderBy(entry => entry.FullName, StringComparer.Ordinal)];
        string[] classes = [.. entries.Select(entry => entry.FullName.Split('/')[0]).Distinct()];
        int[] labels = [.. entries.Select(entry => Array.IndexOf(classes, entry.FullName.Split('/')[0]))];
        (_, IReadOnlyList<int> held) = StratifiedSplit.Stratified(labels, 0.1, seed: 1);
        return ([.. held.Select(row => new EncodedImage(entries[row].FullName, Bytes(entries[row])))],
            [.. held.Select(row => labels[row])]);
    }

    private static byte[] Bytes(ZipArchiveEntry entry)
    {
        byte[] bytes = new byte[entry.Length];
        using Stream stream = entry.Open();
        stream.ReadExactly(bytes);
        return bytes;
    }
}
