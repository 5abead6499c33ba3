using MLTransfer.Imaging;
using MLTransfer.Imaging.Transforms;
using MLTransfer.Models.Blocks;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace MLTransfer.Models.Families;

/// <summary>
/// ViT (Dosovitskiy et al. 2020, https://arxiv.org/abs/2010.11929) with torchvision's layer names. Its position embeddings are those of the
/// weights' image size; for images of another size they are interpolated.
/// </summary>
internal sealed class VisionTransformer : ImageModel, IAdaptsToWeights
{
    private const string ClassToken = "class_token";
    private const string Positions = $"encoder.{Encoder.Positions}";
    private const int PublishedSize = 224;

    private readonly ConvolutionUnit _projection;
    private readonly Encoder _encoder;

    private VisionTransformer(int patch, long width, int depth, long heads, Container classifier)
        : base(nameof(VisionTransformer), "heads.head", (int)width, classifier)
    {
        register_parameter(ClassToken, new Parameter(zeros(1, 1, width)));
        _projection = Convolution("conv_proj", null, new(3, width, patch, patch));
        _encoder = Child("encoder", new Encoder(1 + (PublishedSize / patch) * (PublishedSize / patch), width, depth, heads));
        Child("heads", classifier);
        Groups =
        [
            new("conv_proj", [.. _projection.Modules, new LooseParameters(this, ClassToken, Positions)], Tokens),
            .. _encoder.Blocks.Select((block, index) => new LayerGroup($"encoder.layers.encoder_layer_{index}", [block], block.call)),
            new("encoder.ln", [_encoder.Norm], first => _encoder.Norm.call(first.squeeze(1).to(_encoder.Norm.weight.dtype))),
        ];
        Initialise(patch);
    }

    public static IReadOnlyList<Backbone> Variants { get; } =
    [
        Variant("b_16", 16, 768, 12, 12, 86_567_656, Preprocessing.ImageNet),
        Variant("b_32", 32, 768, 12, 12, 88_224_232, Preprocessing.ImageNet),
        Variant("l_16", 16, 1024, 24, 16, 304_326_632, Preprocessing.ImageNet with { ResizeTo = 242 }),
        Variant("l_32", 32, 1024, 24, 16, 306_535_400, Preprocessing.ImageNet),
        Variant("h_14", 14, 1280, 32, 16, 632_045_800,
        Preprocessing.ImageNet with { ResizeTo = 224, Interpolation = Interpolation.Bicubic }),
    ];

    public override IReadOnlyList<LayerGroup> Groups { get; }

    /// <summary>torchvision's ViTs were published before it renamed the two layers of their perceptrons.</summary>
    public string NameOf(string stored) => stored
        .Replace(".mlp.linear_1.", ".mlp.0.", StringComparison.Ordinal)
        .Replace(".mlp.linear_2.", ".mlp.3.", StringComparison.Ordinal);

    public bool CanTake(string name, long[] shape) => name == Positions && _encoder.CanTakePositions(shape);

    public void MakeRoom(string name, long[] shape) => _encoder.ReplacePositions(shape);

    /// <summary>Zeros, as torchvision starts it: the first scores are all the same.</summary>
    private protected override void InitialiseClassifier(Tensor weight, Tensor bias)
    {
        nn.init.zeros_(weight);
        nn.init.zeros_(bias);
    }

    private static Backbone Variant(
        string name, int patch, long width, int depth, long heads, long parameters, Preprocessing preprocessing) => new(
        $"vit_{name}", "ViT", (int)width, parameters, preprocessing, () => new VisionTransformer(patch, width, depth, heads, new("heads")))
        {
            InputSizes = InputSizes.MultiplesOf(patch),
        };

    private void Initialise(int patch)
    {
        Conv2d projection = _projection.Modules.OfType<Conv2d>().Single();
        Initialisation.TruncatedNormal(projection.weight!, 1 / Math.Sqrt(3 * patch * patch));
        nn.init.zeros_(projection.bias!);
        foreach (Linear linear in modules().OfType<Perceptron>().SelectMany(perceptron => perceptron.modules().OfType<Linear>()))
        {
            nn.init.xavier_uniform_(linear.weight!);
            nn.init.normal_(linear.bias!, 0, 1e-6);
        }
    }

    /// <summary>Images (N, 3, H, W) to vectors (N, 1 + patches, D): the class token and the patches, with their positions.</summary>
    private Tensor Tokens(Tensor images)
    {
        using Tensor patches = _projection.Forward(images);
        long[] grid = patches.shape;
        Tensor first = get_parameter(ClassToken)!.to(patches.dtype).expand(grid[0], -1, -1);
        return cat([first, patches.flatten(2).transpose(1, 2)], 1).add_(_encoder.PositionsFor(grid[2], grid[3]).to(patches.dtype));
    }
}
