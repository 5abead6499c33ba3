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
