using MLTransfer.Models;
using MLTransfer.Models.Families;
using MLTransfer.Tests.Graphs.Onnx;
using TorchSharp;
using static TorchSharp.torch;

namespace MLTransfer.Tests.Models.Families;

/// <summary>The blocks of networks that are too large to be exported whole in every run of the tests.</summary>
public class ModuleExportTests
{
    private const double Tolerance = 1e-5;

    public static TheoryData<string> Blocks => [.. Built.Keys];

    private static Dictionary<string, (Func<NamedModule> Build, long[] Shape)> Built { get; } = new()
    {
        ["block of a ViT"] = (() => new EncoderBlock(32, 4, 1e-6, isLast: false), [2, 5, 32]),
        ["last block of a ViT"] = (() => new EncoderBlock(32, 4, 1e-6, isLast: true), [2, 5, 32]),
        ["windows of MaxViT"] = (() => new PartitionAttention(32, 2, isGrid: false, 0), [2, 32, 14, 14]),
        ["grid of MaxViT"] = (() => new PartitionAttention(32, 2, isGrid: true, 0), [2, 32, 21, 21]),
        ["Swin, one window"] = (() => new SwinBlock(32, new WindowAttention(32, 2, 7, 3), isPostNorm: false, 0), [2, 7, 7, 32]),
        ["Swin, shifted and padded"] = (() => new SwinBlock(32, new WindowAttention(32, 2, 7, 3), isPostNorm: false, 0), [2, 11, 16, 32]),
        ["Swin v2, padded"] = (() => new SwinBlock(32, new CosineWindowAttention(32, 2, 8, 0), isPostNorm: true, 0), [2, 11, 16, 32]),
        ["Swin v2, shifted"] = (() => new SwinBlock(32, new CosineWindowAttention(32, 2, 8, 4), isPostNorm: true, 0), [2, 16, 8, 32]),
        ["merging of Swin"] = (() => new PatchMerging(8, isPostNorm: false), [2, 5, 6, 8]),
        ["merging of Swin v2"] = (() => new PatchMerging(8, isPostNorm: true), [2, 6, 7, 8]),
        ["Inception A"] = (() => InceptionBlock.A(16, 8), [2, 16, 9, 9]),
        ["Inception B"] = (() => InceptionBlock.B(16), [2, 16, 9, 9]),
        ["Inception C"] = (() => InceptionBlock.C(16, 8), [2, 16, 9, 9]),
        ["Inception D"] = (() => InceptionBlock.D(16), [2, 16, 9, 9]),
        ["Inception E"] = (() => InceptionBlock.E(16), [2, 16, 5, 5]),
    };

    [Theory, MemberData(nameof(Blocks))]
    public void A_block_computes_the_same_as_ONNX(string name)
    {
        using var scope = NewDisposeScope();
        using var untracked = no_grad();
        random.manual_seed(4);
        (Func<NamedModule> build, long[] shape) = Built[name];
        using NamedModule block = build();
        RandomWeights.Fill(block);
        block.eval();
        Tensor input = randn(shape);
        ExportedPart.AssertComputes(block.call(input), symbolic => symbolic.Through(block), input, Tolerance);
    }
}
