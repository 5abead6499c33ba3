using Microsoft.ML;
using MLTransfer.Estimators;
using MLTransfer.Imaging;
using MLTransfer.Models;
using TorchSharp;
using static TorchSharp.torch;

namespace MLTransfer.Tests.Estimators;

public sealed class ScorerTests : IDisposable
{
    private readonly ColouredImages _images = new(perClass: 1);

    [Fact]
    public void A_prediction_engine_has_the_network_prepared_once_by_a_black_image()
    {
        var seen = new List<long[]>();
        using ImageClassificationTransformer model = Model(seen, TestTimeAugmentation.None);
        var context = new MLContext();

        using PredictionEngine<ImageFile, Scored> first = context.Model.CreatePredictionEngine<ImageFile, Scored>(model);
        using PredictionEngine<ImageFile, Scored> second = context.Model.CreatePredictionEngine<ImageFile, Scored>(model);

        Assert.Equal([[1, 3, 32, 32]], seen);
        string image = Directory.GetFiles(_images.Path, "*.png", SearchOption.AllDirectories)[0];
        Assert.Equal(2, first.Predict(new ImageFile { ImagePath = image }).Score.Length);
        Assert.Equal(2, seen.Count);
    }

    [Fact]
    public void All_views_of_an_image_are_prepared()
    {
        var seen = new List<long[]>();
        using ImageClassificationTransformer model = Model(seen, TestTimeAugmentation.Flip);

        using PredictionEngine<ImageFile, Scored> engine = new MLContext().Model.CreatePredictionEngine<ImageFile, Scored>(model);

        Assert.Equal([[2, 3, 32, 32]], seen);
    }

    public void Dispose() => _images.Dispose();

    private static ImageClassificationTransformer Model(List<long[]> seen, TestTimeAugmentation augmentation)
    {
        Backbone backbone = ModelZoo.Find("cifar_resnet20");
        ImageModel network = backbone.Build(2);
        var scorer = new Scorer(new Listening(new ClassifierNetwork(network, ScalarType.Float32), seen), backbone.Preprocessing, CPU)
        {
            Augmentation = augmentation,
        };
        return new(network, scorer, new ModelDescription
        {
            Backbone = backbone.Name, Labels = ["blue", "red"], ImageColumnName = nameof(ImageFile.ImagePath),
            Preprocessing = backbone.Preprocessing, Precision = Precision.Float32,
        }, training: null);
    }

    private sealed class Listening(ClassifierNetwork network, List<long[]> seen) : IImageNetwork
    {
        public Tensor Run(Tensor images)
        {
            seen.Add(images.shape);
            return network.Run(images);
        }

        public void Dispose() => network.Dispose();
    }

    private sealed class Scored
    {
        public float[] Score { get; set; } = [];
    }
}
