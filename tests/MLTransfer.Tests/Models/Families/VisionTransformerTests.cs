using MLTransfer.Models;
using MLTransfer.Models.Families;
using MLTransfer.Tests.Reference;
using MLTransfer.Weights;
using TorchSharp;
using static TorchSharp.torch;

namespace MLTransfer.Tests.Models.Families;

public class VisionTransformerTests
{
    private const string Positions = "encoder.pos_embedding";

    private const string Script = """
        import sys, torch
        from torchvision.models.vision_transformer import interpolate_embeddings
        torch.manual_seed(0)
        embeddings = torch.randn(1, 50, 8)
        embeddings.numpy().tofile(sys.argv[1] + "/embeddings")
        resized = interpolate_embeddings(320, 32, {"encoder.pos_embedding": embeddings})["encoder.pos_embedding"]
        resized.numpy().tofile(sys.argv[1] + "/resized")
        """;

    private const string RolloutScript = """
        import sys, torch
        from torchvision.models.vision_transformer import Encoder
        torch.manual_seed(0)
        encoder = Encoder(10, 3, 2, 16, 64, 0.0, 0.0).eval()
        for weights in encoder.parameters(): torch.nn.init.normal_(weights, std=0.5)
        torch.save(encoder.state_dict(), sys.argv[1] + "/encoder.pth")
        tokens = torch.randn(2, 10, 16)
        tokens.numpy().tofile(sys.argv[1] + "/tokens")
        mixed = torch.eye(10)
        with torch.no_grad():
            for block in encoder.layers:
                normalized = block.ln_1(tokens)
                _, weights = block.self_attention(normalized, normalized, normalized, need_weights=True, average_attn_weights=True)
                mixed = (0.5 * weights + 0.5 * torch.eye(10)) @ mixed
                tokens = block(tokens)
        mixed[:, 0].contiguous().numpy().tofile(sys.argv[1] + "/rollout")
        """;

    [NeedsTorchvisionFact]
    public void Positions_are_interpolated_as_torchvision_does()
    {
        using var folder = new TemporaryFolder();
        PyTorch.Run(Script, folder.Path);
        using var scope = NewDisposeScope();
        Tensor resized = PositionGrid.Resize(Read(folder.PathOf("embeddings"), 1, 50, 8), 10, 10);
        Assert.InRange(Zoo.RelativeDifference(resized, Read(folder.PathOf("resized"), 1, 101, 8)), 0, 1e-6);
    }

    // Softmax and products of small matrices in another order: float32.
    [NeedsTorchvisionFact]
    public void Attention_is_rolled_out_as_PyTorchs_own_weights_say()
    {
        using var folder = new TemporaryFolder();
        PyTorch.Run(RolloutScript, folder.Path);
        using var scope = NewDisposeScope();
        using var untracked = no_grad();
        using var encoder = new Encoder(tokens: 10, width: 16, depth: 3, heads: 2);
        StateDict.Load(encoder, WeightsFile.Read(folder.PathOf("encoder.pth")), "encoder.pth", "ViT");
        encoder.eval();
        Tensor rollout = encoder.Rollout(Read(folder.PathOf("tokens"), 2, 10, 16));
        Assert.InRange(Zoo.RelativeDifference(rollout, Read(folder.PathOf("rollout"), 2, 10)), 0, 1e-5);
        Assert.Equal([1f, 1f], rollout.sum([1]).data<float>().ToArray().Select(sum => MathF.Round(sum, 5)));
    }

    [Fact]
    public void Images_of_another_size_are_a_smaller_or_larger_grid_of_patches()
    {
        using var scope = NewDisposeScope();
        using var untracked = no_grad();
        using ImageModel model = ModelZoo.Find("vit_b_32").Build(classes: 3);
        Assert.Equal([1, 1 + 4 * 4, 768], model.Groups[0].Forward(zeros(1, 3, 128, 128)).shape);
        Assert.Equal([1, 1 + 9 * 9, 768], model.Groups[0].Forward(zeros(1, 3, 288, 288)).shape);
    }

    [Theory]
    [InlineData("vit_b_16", 250, "it takes multiples of 16, such as 256.")]
    [InlineData("vit_h_14", 256, "it takes multiples of 14, such as 252.")]
    [InlineData("maxvit_t", 256, "it takes multiples of 224, such as 224.")]
    [InlineData("swin_t", 31, "it needs at least 32 × 32.")]
    public void Images_of_a_size_it_cannot_take_are_an_error_that_says_what_is_needed(string name, int size, string complaint)
    {
        var error = Assert.Throws<ArgumentException>(() => ModelZoo.Find(name).CheckInputSize(size));
        Assert.Contains($"{name} cannot see images of {size} × {size} pixels: {complaint}", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Weights_with_the_names_that_torchvision_published_are_taken()
    {
        using var scope = NewDisposeScope();
        using ImageModel stored = ModelZoo.Find("vit_b_32").Build(classes: 2), model = ModelZoo.Find("vit_b_32").Build(classes: 2);
        Dictionary<string, StoredTensor> published = StateDict.Save(stored).ToDictionary(tensor => tensor.Name
            .Replace(".mlp.0.", ".mlp.linear_1.", StringComparison.Ordinal).Replace(".mlp.3.", ".mlp.linear_2.", StringComparison.Ordinal));
        Assert.True(StateDict.Load(model, published, "published", "vit_b_32"));
        Assert.All(stored.parameters().Zip(model.parameters()), pair => Assert.True(pair.First.Equals(pair.Second)));
    }

    [Fact]
    public void Weights_for_images_of_another_size_keep_their_positions()
    {
        using var scope = NewDisposeScope();
        using var untracked = no_grad();
        using ImageModel model = ModelZoo.Find("vit_b_32").Build(classes: 2);
        var larger = StateDict.Save(model).ToDictionary(tensor => tensor.Name);
        Tensor positions = randn(1, 1 + 12 * 12, 768);
        larger[Positions] = new StoredTensor(Positions, TensorType.Float32, positions.shape, positions.bytes.ToArray());
        Tensor before = model.get_parameter(Positions)!;
        Assert.True(StateDict.Load(model, larger, "larger", "vit_b_32"));
        Assert.True(before.IsInvalid);
        Assert.True(model.get_parameter(Positions)!.Equals(positions));
        Assert.Equal(Positions, model.state_dict().Keys.Single(key => key.EndsWith("pos_embedding", StringComparison.Ordinal)));
        Assert.Equal([1, 50, 768], model.Groups[0].Forward(zeros(1, 3, 224, 224)).shape);
    }

    [Theory]
    [InlineData(1, 146, 768)]
    [InlineData(2, 145, 768)]
    [InlineData(1, 145, 512)]
    public void Positions_that_make_no_square_grid_are_refused(long batch, long positions, long width)
    {
        using var scope = NewDisposeScope();
        using ImageModel model = ModelZoo.Find("vit_b_32").Build(classes: 2);
        var other = StateDict.Save(model).ToDictionary(tensor => tensor.Name);
        other[Positions] = new StoredTensor(
            Positions, TensorType.Float32, [batch, positions, width], new byte[4 * batch * positions * width]);
        Assert.Throws<WeightsException>(() => StateDict.Load(model, other, "other", "vit_b_32"));
        Assert.Equal([1, 50, 768], model.get_parameter(Positions)!.shape);
    }

    private static Tensor Read(string path, params long[] shape) =>
        tensor(System.Runtime.InteropServices.MemoryMarshal.Cast<byte, float>(File.ReadAllBytes(path)).ToArray(), shape);
}
