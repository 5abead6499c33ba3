using System.IO.Compression;
using Microsoft.ML.Data;
using MLTransfer.Imaging;
using MLTransfer.Models;
using MLTransfer.Tests.Reference;
using MLTransfer.Weights;
using static TorchSharp.torch;

namespace MLTransfer.Tests.Weights;

/// <summary>Published weights in the legacy format, and CIFAR-10 images out of their archive, classified here and in PyTorch.</summary>
public sealed class CifarPredictionTests : IDisposable
{
    private const string Images = "data/cifar10-train.zip";
    private const string ResNet20 = "weights/cifar10-resnet20-12fca82f.th", ResNet56 = "weights/cifar10-resnet56-4bfd9763.th";
    private const int Pixels = 32 * 32 * 3;

    // The network as its author describes it: He et al. 2015, section 4.2, shortcuts of kind A.
    private const string Script = """
        import io, sys, zipfile, numpy, torch
        from PIL import Image
        from torch import nn
        from torch.nn import functional as F
        archive, weights, depth, count, folder = sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4]), sys.argv[5]
        state = torch.load(weights, map_location='cpu')['state_dict']
        def norm(x, name):
            return F.batch_norm(x, *(state[f'module.{name}.{part}'] for part in ('running_mean', 'running_var', 'weight', 'bias')))
        def network(x):
            x = F.relu(norm(F.conv2d(x, state['module.conv1.weight'], padding=1), 'bn1'))
            for layer in (1, 2, 3):
                for block in range(depth):
                    name, stride = f'layer{layer}.{block}', 2 if layer > 1 and block == 0 else 1
                    y = F.relu(norm(F.conv2d(x, state[f'module.{name}.conv1.weight'], stride=stride, padding=1), f'{name}.bn1'))
                    y = norm(F.conv2d(y, state[f'module.{name}.conv2.weight'], padding=1), f'{name}.bn2')
                    if stride == 2:
                        x = F.pad(x[:, :, ::2, ::2], (0, 0, 0, 0, x.shape[1] // 2, x.shape[1] // 2))
                    x = F.relu(x + y)
            return F.linear(x.mean((2, 3)), state['module.linear.weight'], state['module.linear.bias'])
        files = zipfile.ZipFile(archive)
        names = [name for name in files.namelist() if name.endswith('.jpg')]
        chosen = [names[index] for index in numpy.random.RandomState(0).permutation(len(names))[:count]]
        pixels = numpy.stack([numpy.asarray(Image.open(io.BytesIO(files.read(name))).convert('RGB')) for name in chosen])
        pixels.tofile(f'{folder}/pixels')
        x = torch.from_numpy(pixels).permute(0, 3, 1, 2).float().div(255)
        x = (x - torch.tensor([0.485, 0.456, 0.406]).view(3, 1, 1)) / torch.tensor([0.229, 0.224, 0.225]).view(3, 1, 1)
        with torch.no_grad():
            found = torch.cat([network(part) for part in x.split(250)]).argmax(1).tolist()
        for name, label in zip(chosen, found):
            print(name, label)
        """;

    private static readonly string[] Labels = ["airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck"];
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [NeedsPyTorchFact(Images)]
    public void Two_hundred_images_are_classified_as_PyTorch_does()
    {
        Agrees("cifar_resnet20", ResNet20, depth: 3, count: 200);
        Agrees("cifar_resnet56", ResNet56, depth: 9, count: 200);
    }

    [NeedsPyTorchFact(Images), Trait("Category", "Long")]
    public void A_ResNet_20_finds_851_of_1000_as_PyTorch_does() =>
        Assert.Equal(1702, Agrees("cifar_resnet20", ResNet20, depth: 3, count: 2000));

    [NeedsPyTorchFact(Images), Trait("Category", "Long")]
    public void A_ResNet_56_finds_897_of_1000_as_PyTorch_does() =>
        Assert.Equal(1794, Agrees("cifar_resnet56", ResNet56, depth: 9, count: 2000));

    private int Agrees(string backbone, string weights, int depth, int count)
    {
        string[][] reference = [.. PyTorch
            .Run(Script, SharedFolder.PathOf(Images), SharedFolder.PathOf(weights), $"{depth}", $"{count}", _folder.Path)
            .Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => line.Split(' '))];
        string[] names = [.. reference.Select(line => line[0])];
        byte[][] pixels = [.. File.ReadAllBytes(_folder.PathOf("pixels")).Chunk(Pixels)];
        CheckDecoding(names, pixels);

        int[] found = Classified(backbone, weights,
            [.. names.Zip(pixels, (name, each) => new DecodedImage(name, new Image(32, 32, each)))]);

        Assert.Equal(reference.Select(line => int.Parse(line[1], System.Globalization.CultureInfo.InvariantCulture)), found);
        return names.Zip(found).Count(pair => Labels[pair.Second] == pair.First.Split('/')[0]);
    }

    // Only libjpeg-turbo decodes to the same pixels as Pillow, which uses it too; SkiaSharp brings its own.
    private static void CheckDecoding(string[] names, byte[][] pixels)
    {
        if (typeof(MLImage).Assembly.GetReferencedAssemblies().Any(name => name.Name == "SkiaSharp"))
            return;
        using ZipArchive archive = ZipFile.OpenRead(SharedFolder.PathOf(Images));
        foreach ((string name, byte[] expected) in names.Zip(pixels))
        {
            using var content = new MemoryStream();
            using (Stream entry = archive.GetEntry(name)!.Open())
                entry.CopyTo(content);
            Assert.Equal(expected, new EncodedImage(name, content.ToArray()).Decode().Pixels);
        }
    }

    private static int[] Classified(string name, string weights, IReadOnlyList<ImageSource> images)
    {
        Backbone backbone = ModelZoo.Find(name);
        using var scope = NewDisposeScope();
        using var untracked = no_grad();
        using ImageModel model = backbone.Build(Labels.Length);
        Assert.True(StateDict.LoadFile(model, SharedFolder.PathOf(weights), name, model.HeadName));
        model.eval();
        var loader = new BatchLoader(images, backbone.Preprocessing.EvaluationTransforms(), batchSize: 250);
        return [.. loader.Load([.. Enumerable.Range(0, images.Count)]).SelectMany(batch =>
        {
            using Tensor images = ImageTensor.From(batch, backbone.Preprocessing, CPU);
            return model.call(images).argmax(1).data<long>().ToArray().Select(label => (int)label);
        })];
    }
}
