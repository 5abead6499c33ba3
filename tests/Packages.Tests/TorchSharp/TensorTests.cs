using System.Runtime.InteropServices;
using TorchSharp;
using static TorchSharp.torch;

namespace Packages.Tests.TorchSharpTests;

public sealed class TensorTests
{
    [Fact]
    public void A_failure_of_libtorch_is_an_external_exception_with_its_message()
    {
        using var scope = NewDisposeScope();
        var error = Assert.Throws<ExternalException>(() => ones(2, 3).matmul(ones(2, 3)));
        Assert.Contains("mat1 and mat2 shapes cannot be multiplied (2x3 and 2x3)", error.Message, StringComparison.Ordinal);
        error = Assert.Throws<ExternalException>(() => zeros(2).backward());
        Assert.Contains("does not require grad", error.Message, StringComparison.Ordinal);
        Assert.Equal(2, ones(2).sum().ToDouble());
    }

    [Fact]
    public void Elements_come_out_as_they_went_in()
    {
        using var scope = NewDisposeScope();
        Assert.Equal(new float[] { 1, 2, 3 }, tensor(new float[] { 1, 2, 3 }).data<float>().ToArray());
        Assert.Equal(new double[] { 1, 2, 3, 4 }, tensor(new double[,] { { 1, 2 }, { 3, 4 } }).data<double>().ToArray());
        Assert.Equal(new[] { true, false }, tensor(new[] { true, false }).data<bool>().ToArray());
        Assert.Equal(new byte[] { 1, 2, 3, 4 }, tensor(new byte[] { 1, 2, 3, 4, 5 }, [2, 2]).data<byte>());
        Assert.Equal(new long[] { 2, 2 }, tensor(new long[] { 1, 2, 3, 4 }, [2, 2]).shape);
        Assert.Equal(7, tensor(7).item<int>());
        Assert.Throws<ArgumentException>(() => tensor(new[] { 1, 2 }, [3]));
    }

    [Fact]
    public void An_accessor_reads_views_in_the_order_of_their_dimensions()
    {
        using var scope = NewDisposeScope();
        var transposed = tensor(new[] { 1, 2, 3, 4, 5, 6 }, [2, 3]).t();
        var elements = transposed.data<int>();
        Assert.Equal(new[] { 1, 4, 2, 5, 3, 6 }, elements.ToArray());
        Assert.Equal(4, elements[0, 1]);
        Assert.Equal(6, elements.Count);
        var some = new int[2];
        elements.CopyTo(some, 0, 1);
        Assert.Equal(new[] { 4, 2 }, some);
    }

    [Fact]
    public void An_accessor_of_another_type_is_refused()
    {
        using var scope = NewDisposeScope();
        Assert.Throws<ArgumentException>(() => ones(2).data<double>());
        Assert.Throws<ArgumentException>(() => ones(2).bfloat16().data<float>());
        Assert.Throws<ArgumentException>(() => ones(2).item<float>());
    }

    [Fact]
    public void The_bytes_of_a_contiguous_tensor_are_its_memory()
    {
        using var scope = NewDisposeScope();
        var numbers = zeros(2, 2);
        MemoryMarshal.Cast<byte, float>(numbers.bytes)[3] = 7;
        Assert.Equal(7, numbers[1, 1].ToSingle());
        numbers.bytes = new byte[16];
        Assert.Equal(0, numbers.sum().ToSingle());
        Assert.Throws<InvalidOperationException>(() => ones(2, 3).t().bytes.Length);
        Assert.Equal(2, ones(1).bfloat16().bytes.Length);
    }

    [Fact]
    public void Indices_slices_and_masks_select_as_in_PyTorch()
    {
        using var scope = NewDisposeScope();
        var numbers = arange(12).reshape(3, 4);
        Assert.Equal(new long[] { 4, 5, 6, 7 }, numbers[1].data<long>().ToArray());
        Assert.Equal(6, numbers[1, 2].ToInt64());
        Assert.Equal(new long[] { 1, 5, 9 }, numbers[.., 1].data<long>().ToArray());
        Assert.Equal(new long[] { 4, 6 }, numbers[1, TensorIndex.Slice(0, 4, 2)].data<long>().ToArray());
        Assert.Equal(new long[] { 8, 9, 10, 11 }, numbers[^1].data<long>().ToArray());
        Assert.Equal(new long[] { 3, 7, 11 }, numbers[TensorIndex.Ellipsis, 3].data<long>().ToArray());
        Assert.Equal(new long[] { 10, 11 }, numbers[numbers > 9].data<long>().ToArray());
        Assert.Equal(new long[] { 8, 9, 10, 11, 0, 1, 2, 3 }, numbers.index_select(0, tensor(new long[] { 2, 0 })).data<long>().ToArray());
        numbers[0, 0] = tensor(100L);
        Assert.Equal(100, numbers.max().ToInt64());
    }

    [Fact]
    public void Scalars_keep_the_type_that_arithmetic_needs()
    {
        using var scope = NewDisposeScope();
        Assert.Equal(ScalarType.Int64, (arange(3) + 1).dtype);
        Assert.Equal(ScalarType.Float32, (arange(3) * 0.5).dtype);
        Assert.Equal(new[] { 0.5f, 0.25f }, (1 / tensor(new float[] { 2, 4 })).data<float>().ToArray());
        Assert.Equal(new float[] { -1, -3 }, (1 - tensor(new float[] { 2, 4 })).data<float>().ToArray());
        Assert.Equal(new float[] { 1, 2 }, tensor(new float[] { 0, 5 }).clamp(1, 2).data<float>().ToArray());
        Assert.Equal(ScalarType.Int64, full(2, 3).dtype);
        Assert.Equal(ScalarType.Float32, full(2, 3.0).dtype);
    }

    [Fact]
    public void Reductions_know_their_dimensions()
    {
        using var scope = NewDisposeScope();
        var numbers = tensor(new float[,] { { 1, 5, 3 }, { 4, 2, 9 } });
        Assert.Equal(new float[] { 9, 15 }, numbers.sum(1).data<float>().ToArray());
        Assert.Equal(4, numbers.mean().ToDouble());
        Assert.Equal(new long[] { 1, 1 }, numbers.mean([0, 1], keepdim: true).shape);
        Assert.Equal(new long[] { 1, 2 }, numbers.argmax(1).data<long>().ToArray());
        var (values, indexes) = numbers.topk(2, 1);
        Assert.Equal(new float[] { 5, 3, 9, 4 }, values.data<float>().ToArray());
        Assert.Equal(new long[] { 1, 2, 2, 0 }, indexes.data<long>().ToArray());
        Assert.Equal(new float[] { 5, 9 }, numbers.max(1).values.data<float>().ToArray());
        Assert.Equal(new[] { 1.0, 1.0 }, numbers.softmax(1).sum(1).to(float64).data<double>().ToArray().Select(sum => Math.Round(sum, 6)));
        Assert.Equal(2.0, numbers[0].std().ToDouble(), 1e-6);
    }

    [Fact]
    public void Gradients_flow_until_they_are_switched_off()
    {
        using var scope = NewDisposeScope();
        var x = tensor(new float[] { 1, 2, 3 }, requires_grad: true);
        (x * x).sum().backward();
        Assert.Equal(new float[] { 2, 4, 6 }, x.grad!.data<float>().ToArray());
        using (no_grad())
        {
            Assert.False(is_grad_enabled());
            Assert.False((x * 2).requires_grad);
        }
        using (inference_mode())
            Assert.False((x * 2).requires_grad);
        Assert.True((x * 2).requires_grad);
        Assert.False(x.detach().requires_grad);
        Assert.True(x.is_leaf);
        x.grad = null;
        Assert.Null(x.grad);
    }

    [Fact]
    public void Pictures_in_rows_of_pixels_are_convolved_where_they_lie()
    {
        using var scope = NewDisposeScope();
        var pixels = rand(2, 8, 8, 3);
        var picture = pixels.permute(0, 3, 1, 2);
        using var convolution = nn.Conv2d(3, 4, 3, padding: 1);
        var result = nn.functional.conv2d(picture, convolution.weight.permute(0, 2, 3, 1).contiguous().permute(0, 3, 1, 2), convolution.bias, padding: [1, 1]);
        Assert.Equal(new long[] { 256, 1, 32, 4 }, result.stride());
        Assert.True(result.allclose(convolution.call(picture.contiguous()), rtol: 1e-4, atol: 1e-5));
    }

    [Fact]
    public void Devices_have_names()
    {
        Assert.Equal(DeviceType.CPU, device("cpu").type);
        Assert.Equal("cpu", CPU.ToString());
        Assert.Equal(1, new Device("cuda:1").index);
        Assert.Equal("cuda:1", new Device(DeviceType.CUDA, 1).ToString());
        Assert.Equal(cuda.device_count() > 0, cuda.is_available());
    }

    [Fact]
    public void Page_locked_memory_holds_the_same_numbers_where_there_is_CUDA()
    {
        using var scope = NewDisposeScope();
        var numbers = arange(10);
        if (cuda.is_available())
            Assert.Equal(numbers, numbers.pin_memory());
        else
            Assert.Throws<ExternalException>(numbers.pin_memory);
    }
}
