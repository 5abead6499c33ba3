using TorchSharp;
using static TorchSharp.torch;

namespace Packages.Tests.TorchSharpTests;

public sealed class AttentionTests
{
    [Fact]
    public void Attention_is_the_softmax_of_scaled_products_times_the_values()
    {
        using var scope = NewDisposeScope();
        manual_seed(1);
        var (query, key, value) = (randn(2, 3, 5, 4), randn(2, 3, 6, 4), randn(2, 3, 6, 7));
        var mask = randn(3, 5, 6);
        var products = query.matmul(key.transpose(-2, -1)) / 2;
        var plain = nn.functional.scaled_dot_product_attention(query, key, value);
        Assert.True(plain.allclose(products.softmax(-1).matmul(value), atol: 1e-5));
        var masked = nn.functional.scaled_dot_product_attention(query, key, value, mask);
        Assert.True(masked.allclose((products + mask).softmax(-1).matmul(value), atol: 1e-5));
    }

    [Fact]
    public void Attention_has_a_gradient_in_all_it_is_made_of()
    {
        using var scope = NewDisposeScope();
        var (query, mask) = (ones(1, 1, 2, 2).requires_grad_(), zeros(2, 2).requires_grad_());
        nn.functional.scaled_dot_product_attention(query, query, query, mask).sum().backward();
        Assert.Equal(new long[] { 1, 1, 2, 2 }, query.grad!.shape);
        Assert.Equal(new long[] { 2, 2 }, mask.grad!.shape);
    }

    [Fact]
    public void Attention_refuses_two_masks()
    {
        using var scope = NewDisposeScope();
        var same = ones(1, 1, 2, 2);
        Assert.Throws<ArgumentException>(() => nn.functional.scaled_dot_product_attention(same, same, same, zeros(2, 2), is_casual: true));
        Assert.Throws<ArgumentException>(() => nn.functional.scaled_dot_product_attention(same, same, same, p: -1));
    }

    [Fact]
    public void Vectors_are_normalized_to_length_one_and_zero_stays_zero()
    {
        using var scope = NewDisposeScope();
        var vectors = tensor(new float[] { 3, 4, 0, 0 }, [2, 2]);
        Assert.True(nn.functional.normalize(vectors, dim: -1).allclose(tensor(new[] { 0.6f, 0.8f, 0, 0 }, [2, 2])));
    }

    [Fact]
    public void Rolled_elements_come_back_at_the_other_end()
    {
        using var scope = NewDisposeScope();
        var numbers = tensor(new float[] { 1, 2, 3, 4, 5, 6 }, [2, 3]);
        Assert.Equal(new float[] { 5, 6, 4, 2, 3, 1 }, numbers.roll([1, -1], [0, 1]).data<float>().ToArray());
        Assert.Equal(Math.Tanh(0.5), tensor(0.5f).tanh().ToDouble(), 1e-6);
    }
}
