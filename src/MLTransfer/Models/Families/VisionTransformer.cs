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
internal sealed class VisionTransformer : ImageModel, ICheckpointCompatibility
{
    private const string ClassToken = "class_token";
    private const string Positions = $"encoder.{Encoder.Positions}";
    private const int PublishedSize = 224;

    private readonly ConvolutionUnit _projection;
    private readonly Encoder _encoder;
    private readonly int _patch;

    private VisionTransformer(int patch, long width, int depth, long heads, Container classifier)
        : base(nameof(VisionTransformer), "heads.head", (int)width, classifier)
    {
        _patch = patch;
        register_parameter(ClassToken, new Parameter(zeros(1, 1, width)));
        _projection = Convolution("conv_proj", null, new(3, width, patch, patch));
        _encoder = Child("encoder", new Encoder(1 + (PublishedSize / patch) * (PublishedSize / patch), width, depth, heads));
        Child("heads", classifier);
        Groups =
        [
            new("conv_proj", [.. _projection.Modules, new LooseParameters(this, ClassToken, Positions)], Tokens, ExportTokens),
            .. _encoder.Blocks.Select((block, index) => new LayerGroup($"encoder.layers.encoder_layer_{index}", block)),
            new("encoder.ln", [_encoder.Norm], first => _encoder.Norm.call(first.squeeze(1).to(_encoder.Norm.weight.dtype)),
                first => first.Flatten().Through(_encoder.Norm)),
        ];
        Initialize(patch);
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
    public string MapKey(string stored) => stored
        .Replace(".mlp.linear_1.", ".mlp.0.", StringComparison.Ordinal)
        .Replace(".mlp.linear_2.", ".mlp.3.", StringComparison.Ordinal);

    public bool AcceptsShape(string name, long[] shape) => name == Positions && _encoder.AcceptsPositions(shape);

    public void Resize(string name, long[] shape) => _encoder.ReplacePositions(shape);

    internal override Tensor AttentionRollout(Tensor image)
    {
        using var scope = NewDisposeScope();
        using var still = no_grad();
        Tensor patches = _encoder.Rollout(Tokens(image)).narrow(1, 1, (image.shape[2] / _patch) * (image.shape[3] / _patch));
        return patches.view(image.shape[2] / _patch, image.shape[3] / _patch).MoveToOuterDisposeScope();
    }

    /// <summary>Zeros, as in torchvision: the initial scores are all equal.</summary>
    protected override void InitializeClassifier(Tensor weight, Tensor bias)
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

    private void Initialize(int patch)
    {
        if (Initialization.IsLeftOut) return;
        Conv2d projection = _projection.Modules.OfType<Conv2d>().Single();
        Initialization.TruncatedNormal(projection.weight!, 1 / Math.Sqrt(3 * patch * patch));
        nn.init.zeros_(projection.bias!);
        foreach (Linear linear in modules().OfType<Perceptron>().SelectMany(perceptron => perceptron.modules().OfType<Linear>()))
        {
            nn.init.xavier_uniform_(linear.weight!);
            nn.init.normal_(linear.bias!, 0, 1e-6);
        }
    }

    /// <summary>
    /// Images (N, 3, H, W) to tokens (N, 1 + patches, D): the class token and the patches, with their position embeddings.
    /// </summary>
    private Tensor Tokens(Tensor images)
    {
        using Tensor patches = _projection.Forward(images);
        long[] grid = patches.shape;
        Tensor first = get_parameter(ClassToken)!.to(patches.dtype).expand(grid[0], -1, -1);
        return cat([first, patches.flatten(2).transpose(1, 2)], 1).add_(_encoder.PositionsFor(grid[2], grid[3]).to(patches.dtype));
    }

    // The class token is the same for all images: the graph gets it as a part of the first position embedding, added to a zero.
    private SymbolicTensor ExportTokens(SymbolicTensor images)
    {
        SymbolicTensor patches = _projection.Export(images);
        (long width, long rows, long columns) = (patches.Shape[1], patches.Shape[2], patches.Shape[3]);
        Tensor positions = _encoder.PositionsFor(rows, columns);
        Tensor first = positions.narrow(1, 0, 1) + get_parameter(ClassToken)!;
        return patches.Reshape(-1, width, rows * columns).Permute(0, 2, 1).Pad(1, 1, 0)
            + cat([first, positions.narrow(1, 1, rows * columns)], 1);
    }
}

/// <summary>
/// The encoder of a vision transformer: position embeddings, blocks, a last layer norm. The layer groups of the network run it.
/// </summary>
internal sealed class Encoder : NamedModule
{
    public const string Positions = "pos_embedding";

    private const double Epsilon = 1e-6;

    public Encoder(long tokens, long width, int depth, long heads) : base(nameof(Encoder))
    {
        register_parameter(Positions, new Parameter(nn.init.normal_(empty(1, tokens, width), 0, 0.02)));
        var layers = Child("layers", new Container("layers"));
        Blocks = [.. Enumerable.Range(0, depth)
            .Select(index => layers.Child($"encoder_layer_{index}", new EncoderBlock(width, heads, Epsilon, isLast: index == depth - 1)))];
        Norm = Child("ln", nn.LayerNorm(width, Epsilon));
    }

    public IReadOnlyList<EncoderBlock> Blocks { get; }

    public LayerNorm Norm { get; }

    /// <summary>Whether that is the shape of position embeddings for a square grid.</summary>
    public bool AcceptsPositions(long[] shape) =>
        get_parameter(Positions)!.shape is [_, _, var width] && shape is [1, var tokens, var stored] && stored == width
            && PositionGrid.Side(tokens) is not null;

    /// <summary>Replaces the position embeddings by uninitialized ones of that shape.</summary>
    public void ReplacePositions(long[] shape)
    {
        Parameter old = get_parameter(Positions)!;
        var replacement = new Parameter(empty(shape, dtype: old.dtype, device: old.device), old.requires_grad);
        replacement.DetachFromDisposeScope();
        ConditionallyRegisterParameter(Positions, replacement);
        old.Dispose();
    }

    /// <summary>The position embeddings for a grid: (1, 1 + height · width, D).</summary>
    public Tensor PositionsFor(long height, long width) => PositionGrid.Resize(get_parameter(Positions)!, height, width);

    /// <summary>
    /// How much of each token (N, L, D) is in the class token at the end (Abnar and Zuidema 2020, "Quantifying Attention Flow in
    /// Transformers", https://arxiv.org/abs/2005.00928): the product of the blocks' attention, each mixed half and half with the tokens
    /// themselves, which pass by it.
    /// </summary>
    /// <returns>(N, L), float32; each row sums to 1.</returns>
    public Tensor Rollout(Tensor tokens)
    {
        using var scope = NewDisposeScope();
        Tensor own = eye(tokens.shape[1], device: tokens.device), mixed = own;
        foreach (EncoderBlock block in Blocks)
        {
            mixed = ((block.AttentionWeights(tokens) + own) / 2).matmul(mixed);
            if (!block.IsLast) tokens = block.call(tokens);
        }

        return mixed.select(1, 0).MoveToOuterDisposeScope();
    }

    public override Tensor forward(Tensor input) =>
        throw new NotSupportedException("The layer groups run the encoder's blocks one by one.");
}

/// <summary>
/// A pre-norm block of a transformer's encoder: self-attention, then a perceptron, both residual. The last block computes only the class
/// token: the head uses no other.
/// </summary>
internal sealed class EncoderBlock : NamedModule, IExportable
{
    private readonly LayerNormUnit _beforeAttention;
    private readonly SelfAttention _attention;
    private readonly LayerNormUnit _beforePerceptron;
    private readonly Perceptron _perceptron;

    public EncoderBlock(long width, long heads, double epsilon, bool isLast) : base(nameof(EncoderBlock))
    {
        _beforeAttention = LayerNorm("ln_1", width, epsilon);
        _attention = Child("self_attention", new SelfAttention(width, heads));
        _beforePerceptron = LayerNorm("ln_2", width, epsilon);
        _perceptron = Child("mlp", new Perceptron(width, 4 * width));
        IsLast = isLast;
    }

    /// <summary>Whether only the class token is computed.</summary>
    public bool IsLast { get; }

    /// <summary>Tokens (N, L, D) to tokens of the same shape, in the last block to the first one (N, 1, D).</summary>
    public override Tensor forward(Tensor input)
    {
        using var scope = NewDisposeScope();
        Tensor state = Attended(input);
        return _perceptron.call(_beforePerceptron.Forward(state)).add_(state).MoveToOuterDisposeScope();
    }

    public SymbolicTensor Export(SymbolicTensor input)
    {
        SymbolicTensor normalized = _beforeAttention.Export(input);
        SymbolicTensor state = IsLast ? _attention.ExportFirst(normalized) + input.Slice(1, 0, 1) : _attention.Export(normalized) + input;
        return _perceptron.Export(_beforePerceptron.Export(state)) + state;
    }

    /// <inheritdoc cref="SelfAttention.Weights"/>
    public Tensor AttentionWeights(Tensor input)
    {
        using Tensor normalized = _beforeAttention.Forward(input);
        return _attention.Weights(normalized);
    }

    private Tensor Attended(Tensor input)
    {
        using var scope = NewDisposeScope();
        Tensor normalized = _beforeAttention.Forward(input);
        Tensor attended = IsLast ? _attention.First(normalized).add_(input.narrow(1, 0, 1)) : _attention.call(normalized).add_(input);
        return attended.MoveToOuterDisposeScope();
    }
}

/// <summary>Position embeddings (1, 1 + side², D) of a class token and a square grid.</summary>
internal static class PositionGrid
{
    /// <summary>The side of the grid; null where it is not square.</summary>
    public static long? Side(long tokens)
    {
        long side = (long)Math.Round(Math.Sqrt(tokens - 1));
        return side > 0 && side * side == tokens - 1 ? side : null;
    }

    /// <summary>
    /// The embeddings for a grid of another size, interpolated bicubically with aligned corners, as torchvision's
    /// <c>interpolate_embeddings</c> does.
    /// </summary>
    public static Tensor Resize(Tensor embeddings, long height, long width)
    {
        long tokens = embeddings.shape[1], side = Side(tokens)!.Value;
        if (side == height && side == width) return embeddings.alias();
        using var scope = NewDisposeScope();
        Tensor grid = embeddings.narrow(1, 1, tokens - 1).transpose(1, 2).reshape(1, -1, side, side);
        Tensor resized = nn.functional.interpolate(grid, [height, width], mode: InterpolationMode.Bicubic, align_corners: true);
        return cat([embeddings.narrow(1, 0, 1), resized.flatten(2).transpose(1, 2)], 1).MoveToOuterDisposeScope();
    }
}
