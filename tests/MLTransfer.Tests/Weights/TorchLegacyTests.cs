using MLTransfer.Models;
using MLTransfer.Tests.Reference;
using MLTransfer.Weights;

namespace MLTransfer.Tests.Weights;

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
