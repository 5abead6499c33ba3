using Microsoft.ML;
using MLTransfer.Models;
using MLTransfer.Tests.Estimators;
using MLTransfer.Tests.Reference;
using MLTransfer.Weights;
using TorchSharp;
using static TorchSharp.torch;

namespace MLTransfer.Tests.Weights;

/// <summary>Checkpoints in which the network lies within something larger.</summary>
public sealed class TrainerCheckpointTests : IDisposable
{
    private static readonly Backbone Backbone = ModelZoo.Find("cifar_resnet20");
    private readonly TemporaryFolder _folder = new();
    private readonly DisposeScope _scope = NewDisposeScope();

    [Theory]
    [InlineData("model.")]
    [InlineData("net.encoder.")]
    [InlineData("module._orig_mod.resnet.")]
    [InlineData("student.")]
    public void A_network_is_found_under_any_prefix_beside_other_tensors(string prefix)
    {
        ImageModel stored = Backbone.Build(10), model = Backbone.Build(3);
        string file = Write([.. Named(stored, prefix), new("criterion.weight", TensorType.Float32, [2], new byte[8])]);
        Assert.False(Load(model, file));
        Assert.True(stored.parameters().First().Equals(model.parameters().First()));
    }

    [Fact]
    public void A_network_that_is_there_more_than_once_is_an_error_that_lists_where()
    {
        string file = Write([.. Named(Backbone.Build(10), "student."), .. Named(Backbone.Build(10), "teacher.")]);
        string message = Assert.Throws<WeightsException>(() => Load(Backbone.Build(10), file)).Message;
        Assert.Contains("holds cifar_resnet20 2 times, under the names 'student.', 'teacher.'", message, StringComparison.Ordinal);
    }

    [Fact]
    public void Weights_that_are_no_finite_numbers_are_named_as_that()
    {
        ImageModel stored = Backbone.Build(10);
        using (no_grad()) stored.parameters().First()[0, 0, 0, 0] = float.NaN;
        string message = Assert.Throws<WeightsException>(() => Load(Backbone.Build(10), Write(Named(stored, "")))).Message;
        (string name, TorchSharp.Modules.Parameter first) = stored.named_parameters().First();
        Assert.Contains($"holds numbers that are NaN or infinite: 1 of {first.numel()} in '{name}'", message, StringComparison.Ordinal);
    }

    [NeedsPyTorchFact]
    public void Checkpoints_that_trainers_write_are_read_and_told_of()
    {
        (string Checkpoint, string Container, string Prefix, string? Other)[] cases =
        [
            ("{'state_dict': named('model.'), 'hyper_parameters': args, 'callbacks': {'best': args.out}}", "state_dict", "model.", null),
            ("{'state_dict': named(''), 'state_dict_ema': averaged(''), 'args': args}", "state_dict", "", "state_dict_ema"),
            ("{'model': named('module.'), 'model_ema': {'n_averaged': args.best, **averaged('module.')}}", "model", "module.", "model_ema"),
            ("named('module.')", "", "module.", null),
            ("named('_orig_mod.module.')", "", "_orig_mod.module.", null),
            ("{'ema_state_dict': named('module.'), 'model': {'name': 'resnet'}}", "ema_state_dict", "module.", null),
            ("{'model_ema': {'n_averaged': torch.tensor(3), **named('module.')}, 'args': args}", "model_ema", "module.", null),
            ("{'student': named('module.backbone.'), 'optimizer': {'state': {}}, 'args': args}", "", "student.module.backbone.", null),
            ("{'state_dict': collections.defaultdict(list, named('net.')), 'stamp': args.started}", "state_dict", "net.", null),
        ];
        string[] paths = Saved([.. cases.Select(each => each.Checkpoint)]);
        foreach (((_, string container, string prefix, string? other), string path) in cases.Zip(paths))
        {
            string place = (container, prefix) switch
            {
                ("", _) => $"with names that begin with '{prefix}'",
                (_, "") => $"under '{container}'",
                _ => $"under '{container}', with names that begin with '{prefix}'",
            };
            string left = other is null ? "" : $"; '{other}' is there too and not taken";
            Assert.Equal($"weights: '{path}' holds the network {place}{left}", Told(path));
        }
    }

    [NeedsPyTorchFact]
    public void Two_networks_in_dictionaries_of_their_own_are_an_error_that_lists_them()
    {
        string path = Assert.Single(Saved("{'student': named('module.'), 'teacher': averaged(''), 'epoch': 1}"));
        Assert.Contains(
            "holds cifar_resnet20 2 times, under the names 'student.module.', 'teacher.'",
            Assert.Throws<WeightsException>(() => Load(Backbone.Build(10), path)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_of_the_network_alone_is_not_told_of()
    {
        using OpenWeights file = OpenWeights.Open(Write(Named(Backbone.Build(10), "")));
        Assert.Null(NetworkInFile.Describe(file, "weights.pth", ""));
    }

    [Fact]
    public void Training_tells_the_log_where_the_network_was_found()
    {
        using var images = new ColouredImages(perClass: 2);
        string path = Write(Named(Backbone.Build(10), "model."));
        var messages = new List<string>();
        var ml = new MLContext(seed: 1);
        ml.Log += (_, message) => messages.Add(message.RawMessage);
        IDataView data = ml.Data.LoadImageFolder(images.Path);
        var options = new FeatureExtractionOptions { Backbone = Backbone.Name, Weights = path, Epochs = 1, Precision = Precision.Float32 };
        ml.Transforms.Conversion.MapValueToKey("Label").Append(ml.MulticlassClassification.Trainers.FeatureExtraction(options)).Fit(data);
        Assert.Single(messages, $"weights: '{path}' holds the network with names that begin with 'model.'");
    }

    public void Dispose()
    {
        _scope.Dispose();
        _folder.Dispose();
    }

    private static bool Load(ImageModel model, string file) => StateDict.LoadFile(model, file, Backbone.Name, model.HeadName);

    private static StoredTensor[] Named(ImageModel model, string prefix) =>
        [.. StateDict.Save(model).Select(tensor => tensor with { Name = prefix + tensor.Name })];

    // Loads, looks whether it was the right network, and compares what inspecting says with what loading found.
    private static string? Told(string path)
    {
        using ImageModel model = Backbone.Build(10);
        using OpenWeights file = OpenWeights.Open(path);
        (bool withClassifier, string prefix) = StateDict.Load(model, file, path, Backbone.Name, model.HeadName, null);
        Assert.True(withClassifier);
        Assert.All(model.parameters(), parameter => Assert.True(parameter.eq(0.5).all().item<bool>()));
        Assert.Equal(new BackboneDetector(Backbone, 10) { Prefix = prefix }, BackboneDetector.Detect(WeightsFile.Summarize(path).Tensors));
        return NetworkInFile.Describe(file, path, prefix);
    }

    // Written by PyTorch: the network's tensors are all 0.5, the averaged ones 0, and args holds what scripts keep.
    private string[] Saved(params string[] checkpoints)
    {
        IEnumerable<string> shapes = StateDict.Save(Backbone.Build(10))
            .Select(tensor => $"'{tensor.Name}': [{string.Join(", ", tensor.Shape)}]");
        PyTorch.Run($$"""
            import argparse, collections, datetime, decimal, pathlib, sys, types, uuid, numpy, torch
            shapes = {{{string.Join(", ", shapes)}}}
            def filled(value, prefix):
                return collections.OrderedDict(
                    (prefix + name, torch.full(shape, value) if shape else torch.tensor(3)) for name, shape in shapes.items())
            named, averaged = lambda prefix: filled(0.5, prefix), lambda prefix: filled(0.0, prefix)
            args = argparse.Namespace(
                lr=0.1, out=pathlib.Path('/tmp/out'), started=datetime.datetime.now(), zone=datetime.timezone.utc,
                day=datetime.date.today(),
                size=torch.Size([3, 4]), dtype=torch.float16, device=torch.device('cpu'), best=numpy.float64(0.5), step=numpy.int64(3),
                array=numpy.arange(5.), generator=numpy.random.get_state(), tags={1, 2}, kinds=frozenset([1]), last=collections.deque([1]),
                groups=collections.defaultdict(list, a=[1]), counts=collections.Counter('abc'), more=types.SimpleNamespace(a=1),
                raw=b'\xff', part=slice(1, 2), steps=range(3), id=uuid.uuid4(), price=decimal.Decimal('1.5'), number=1j,
                text=numpy.str_('x'))
            for index, checkpoint in enumerate([{{string.Join(", ", checkpoints)}}]):
                torch.save(checkpoint, f'{sys.argv[1]}/{index}.pth')
            """, _folder.Path);
        return [.. checkpoints.Select((_, index) => _folder.PathOf($"{index}.pth"))];
    }

    private string Write(StoredTensor[] tensors)
    {
        string path = _folder.PathOf("checkpoint.safetensors");
        SafetensorsFile.Write(path, tensors, new Dictionary<string, string>());
        return path;
    }
}
