using TorchSharp.Interop;
using static TorchSharp.Interop.Native;

namespace TorchSharp;

public static partial class torch
{
    public static Tensor arange(
        Scalar start, Scalar stop, Scalar step, ScalarType? dtype = null, Device? device = null, bool requires_grad = false)
    {
        var whole = IsWhole(start) && IsWhole(stop) && IsWhole(step);
        var placement = Placement.Of(dtype ?? (whole ? ScalarType.Int64 : null), device, requires_grad);
        return mlt_arange(start.Number, stop.Number, step.Number, placement);
    }

    public static Tensor arange(Scalar start, Scalar stop, ScalarType? dtype = null, Device? device = null, bool requires_grad = false) =>
        arange(start, stop, 1, dtype, device, requires_grad);

    public static Tensor arange(Scalar stop, ScalarType? dtype = null, Device? device = null, bool requires_grad = false) =>
        arange(0, stop, 1, dtype, device, requires_grad);

    public static Tensor linspace(
        double start, double end, long steps, ScalarType? dtype = null, Device? device = null, bool requires_grad = false) =>
        mlt_linspace(start, end, steps, Placement.Of(dtype, device, requires_grad));

    public static Tensor eye(
        long rows, long columns = -1L, ScalarType? dtype = null, Device? device = null, bool requires_grad = false, string[]? names = null) =>
        mlt_eye(rows, columns == -1 ? rows : columns, Placement.Of(dtype, device, requires_grad, names));

    private static bool IsWhole(Scalar number) => !is_floating_point(number.Type);
}
