using System.Security.Cryptography;
using MLTransfer.Models;
using MLTransfer.Tests.Reference;
using MLTransfer.Weights;

namespace MLTransfer.Tests.Weights;

public sealed class TorchFileTests : IDisposable
{
    private const string MobileNet = "weights/mobilenet_v1_b12_imagenet.pth";
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [NeedsSharedFact(MobileNet)]
    public void ImageNet_weights_found_in_the_wild_are_read_in_order_with_their_shapes()
    {
        IReadOnlyDictionary<string, StoredTensor> tensors = WeightsFile.Read(SharedFolder.PathOf(MobileNet));

        Assert.Equal(150, tensors.Count);
        Assert.Equal("features.0.conv.weight", tensors.Keys.First());
        Assert.Equal([32L, 3, 3, 3], tensors["features.0.conv.weight"].Shape);
        Assert.Equal(TensorType.Float32, tensors["features.0.conv.weight"].Type);
        Assert.Equal("features.24.bn.num_batches_tracked", tensors.Keys.Last());
        Assert.Empty(tensors["features.24.bn.num_batches_tracked"].Shape);
        Assert.Equal(TensorType.Int64, tensors["features.24.bn.num_batches_tracked"].Type);
    }

    [NeedsPyTorchFact(MobileNet)]
    public void Every_bit_of_the_ImageNet_weights_is_what_PyTorch_reads() => Assert.Equal(
        PyTorch.Run(StateDictReference.Script + "describe(torch.load(sys.argv[1]))", SharedFolder.PathOf(MobileNet)),
        StateDictReference.Describe(WeightsFile.Read(SharedFolder.PathOf(MobileNet))));

    [NeedsPyTorchFact]
    public void Every_type_view_parameter_and_shared_storage_is_read_as_PyTorch_wrote_it_with_protocols_2_to_5()
    {
        string expected = PyTorch.Run(StateDictReference.SaveEverything(), _folder.Path);

        foreach (int protocol in new[] { 2, 3, 4, 5 })
            Assert.Equal(expected, StateDictReference.Describe(WeightsFile.Read(_folder.PathOf($"{protocol}.pth"))));
    }

    [NeedsPyTorchFact]
    public void A_state_dict_of_modules_inside_a_checkpoint_is_found_and_its_prefixes_are_dropped()
    {
        const string Script = StateDictReference.Script + """
            model = torch.nn.Sequential(torch.nn.Conv2d(3, 4, 3), torch.nn.BatchNorm2d(4))
            state = model.state_dict()
            folder = sys.argv[1]
            optimizer = torch.optim.Adam(model.parameters()).state_dict()
            torch.save(state, f'{folder}/plain.pth')
            torch.save(collections.OrderedDict(('module.' + k, v) for k, v in state.items()), f'{folder}/parallel.pth')
            torch.save({'_orig_mod.module.' + k: v for k, v in state.items()}, f'{folder}/compiled.pth')
            torch.save({'epoch': 3, 'best': 0.5, 'args': {'lr': 1e-3, 'sizes': (1, 2, 3, 4), 'seed': 10 ** 30}, 'optimizer': optimizer,
                        'state_dict': state, 'shape': torch.Size([1, 2])}, f'{folder}/checkpoint.pth')
            for name in ('model', 'net', 'model_state_dict'):
                torch.save({name: {'backbone.' + k: v for k, v in state.items()}}, f'{folder}/{name}.pth')
            describe(state)
            """;
        string expected = PyTorch.Run(Script, _folder.Path);

        Assert.All(Directory.GetFiles(_folder.Path), file => Assert.Equal(expected, StateDictReference.Describe(WeightsFile.Read(file))));
        Assert.Equal(7, Directory.GetFiles(_folder.Path).Length);
    }

    [NeedsPyTorchFact]
    public void Tensors_that_share_storage_share_memory()
    {
        string path = _folder.PathOf("shared.pth");
        PyTorch.Run("import sys, torch; x = torch.zeros(1000); torch.save({str(i): x for i in range(1000)}, sys.argv[1])", path);

        IReadOnlyDictionary<string, StoredTensor> tensors = WeightsFile.Read(path);

        Assert.Equal(1000, tensors.Count);
        Assert.All(tensors.Values, tensor => Assert.True(tensor.Bytes.Span.Overlaps(tensors["0"].Bytes.Span)));
    }

    [NeedsPyTorchFact]
    public void A_whole_model_and_a_TorchScript_program_are_told_apart_with_a_remedy()
    {
        PyTorch.Run("""
            import sys, torch
            folder, model = sys.argv[1], torch.nn.Linear(2, 3)
            torch.save(model, f'{folder}/model.pth')
            torch.jit.script(model).save(f'{folder}/script.pth')
            """, _folder.Path);

        Assert.Contains("'torch.nn.modules.linear.Linear'", Errors.Of(_folder.PathOf("model.pth")));
        Assert.Contains("TorchScript", Errors.Of(_folder.PathOf("script.pth")));
    }
}

public sealed class TorchLegacyTests : IDisposable
{
    private const string ResNet20 = "weights/cifar10-resnet20-12fca82f.th", ResNet56 = "weights/cifar10-resnet56-4bfd9763.th";
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [NeedsSharedFact(ResNet20)]
    public void Weights_of_the_legacy_format_fit_their_backbone_with_the_classifier()
    {
        string path = SharedFolder.PathOf(ResNet20);
        using ImageModel model = ModelZoo.Find("cifar_resnet20").Build(10);

        Assert.True(StateDict.Load(model, WeightsFile.Read(path), path, "cifar_resnet20", model.HeadName));
    }

    [NeedsPyTorchFact(ResNet56)]
    public void Every_bit_of_legacy_weights_is_what_PyTorch_reads() => Assert.Equal(
        PyTorch.Run(
            StateDictReference.Script + """
                for file in sys.argv[1:]:
                    describe({name[len('module.'):]: tensor for name, tensor in torch.load(file, map_location='cpu')['state_dict'].items()})
                """,
            SharedFolder.PathOf(ResNet20), SharedFolder.PathOf(ResNet56)),
        string.Concat(new[] { ResNet20, ResNet56 }
        .Select(file => StateDictReference.Describe(WeightsFile.Read(SharedFolder.PathOf(file))))));

    [NeedsPyTorchFact]
    public void Every_type_view_parameter_and_shared_storage_is_read_as_PyTorch_wrote_it_with_protocols_2_to_5()
    {
        string expected = PyTorch.Run(StateDictReference.SaveEverything("_use_new_zipfile_serialization=False"), _folder.Path);

        foreach (int protocol in new[] { 2, 3, 4, 5 })
            Assert.Equal(expected, StateDictReference.Describe(WeightsFile.Read(_folder.PathOf($"{protocol}.pth"))));
    }

    [NeedsPyTorchFact]
    public void A_pickle_that_is_not_of_torch_and_a_tar_file_are_named_as_what_they_are()
    {
        PyTorch.Run(
            """
            import pickle, sys, tarfile
            pickle.dump({'weight': [1.0]}, open(f'{sys.argv[1]}/pickle.pth', 'wb'))
            tarfile.open(f'{sys.argv[1]}/archive.pth', 'w').addfile(tarfile.TarInfo('storages'))
            """, _folder.Path);

        Assert.Contains("not one of torch.save", Errors.Of(_folder.PathOf("pickle.pth")));
        Assert.Contains("is a tar file", Errors.Of(_folder.PathOf("archive.pth")));
    }
}

/// <summary>One line for each tensor, the same from PyTorch and from us when name, type, shape and every bit agree.</summary>
internal static class StateDictReference
{
    /// <summary>Python's side: a function <c>describe(state_dict)</c> that prints the lines.</summary>
    public const string Script = """
        import collections, hashlib, sys, torch
        NAMES = {torch.bool: 'Bool', torch.uint8: 'UInt8', torch.int8: 'Int8', torch.int16: 'Int16', torch.int32: 'Int32',
                 torch.int64: 'Int64', torch.float16: 'Float16', torch.bfloat16: 'BFloat16', torch.float32: 'Float32',
                 torch.float64: 'Float64'}
        def describe(state_dict):
            for name, tensor in state_dict.items():
                tensor = tensor.detach().contiguous()
                raw = tensor.view(torch.int16) if tensor.dtype == torch.bfloat16 else tensor
                print(name, NAMES[tensor.dtype], list(tensor.shape), hashlib.sha256(raw.numpy().tobytes()).hexdigest())

        """;

    /// <summary>
    /// Python's side: saves one dictionary as 2.pth to 5.pth, named after the protocol, into the folder of the first argument, and
    /// describes it.
    /// </summary>
    /// <param name="options">Further arguments of torch.save.</param>
    public static string SaveEverything(string options = "") => Script + $$"""
        x = torch.arange(60.).reshape(3, 4, 5)
        tensors = {str(type)[6:]: torch.tensor([[0, 1], [2, 100]]).to(type) for type in NAMES}
        tensors |= {'whole': x, 'permuted': x.permute(2, 0, 1), 'slice': x[1], 'column': x[:, 2, :], 'stepped': x[::2, ::3],
                    'expanded': torch.ones(1).expand(7), 'scalar': torch.tensor(3.5), 'one': x[1, 2, 3], 'empty': torch.zeros(0, 3),
                    'channels_last': torch.randn(2, 3, 4, 5).to(memory_format=torch.channels_last),
                    'parameter': torch.nn.Parameter(x), 'half_view': x.half()[:, 1]}
        for protocol in (2, 3, 4, 5):
            torch.save(tensors, f'{sys.argv[1]}/{protocol}.pth', pickle_protocol=protocol, {{options}})
        describe(tensors)

        """;

    public static string Describe(IReadOnlyDictionary<string, StoredTensor> tensors) => string.Concat(tensors.Values.Select(tensor =>
        $"{tensor.Name} {tensor.Type} [{string.Join(", ", tensor.Shape)}] "
        + $"{Convert.ToHexStringLower(SHA256.HashData(tensor.Bytes.Span))}\n"));
}
