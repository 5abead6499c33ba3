using TorchSharp.Interop;
using static TorchSharp.Interop.Native;

namespace TorchSharp;

public static partial class torch
{
    public static Tensor randint(
        long low, long high, long[] size, ScalarType? dtype = null, Device? device = null, bool requires_grad = false,
        Generator? generator = null, string[]? names = null)
    {
        var placement = Placement.Of(dtype ?? ScalarType.Int64, device, requires_grad, names);
        var result = mlt_randint(low, high, size, size.Length, placement, Generator.HandleOf(generator));
        GC.KeepAlive(generator);
        return result;
    }

    public static Tensor randint(
        long high, long[] size, ScalarType? dtype = null, Device? device = null, bool requires_grad = false,
        Generator? generator = null, string[]? names = null) =>
        randint(0, high, size, dtype, device, requires_grad, generator, names);

    public static Tensor randperm(
        long n, ScalarType? dtype = null, Device? device = null, bool requires_grad = false, Generator? generator = null)
    {
        var result = mlt_randperm(n, Placement.Of(dtype ?? ScalarType.Int64, device, requires_grad), Generator.HandleOf(generator));
        GC.KeepAlive(generator);
        return result;
    }

    public static Tensor rand_like(Tensor input, ScalarType? dtype = null, Device? device = null, bool requires_grad = false) =>
        mlt_rand_like(input, Like(input, dtype, device, requires_grad));

    public static Tensor bernoulli(Tensor input, Generator? generator = null)
    {
        var result = mlt_bernoulli(input, Generator.HandleOf(generator));
        GC.KeepAlive(generator);
        return result;
    }
}
