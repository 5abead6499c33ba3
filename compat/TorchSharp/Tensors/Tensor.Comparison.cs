using static TorchSharp.Interop.Native;

namespace TorchSharp;

public static partial class torch
{
    public partial class Tensor
    {
        public Tensor eq(Tensor target) => mlt_eq(this, target);

        public Tensor eq(Scalar target) => mlt_eq_number(this, target.Number);

        public Tensor ne(Tensor target) => mlt_ne(this, target);

        public Tensor ne(Scalar target) => mlt_ne_number(this, target.Number);

        public Tensor lt(Tensor target) => mlt_lt(this, target);

        public Tensor lt(Scalar target) => mlt_lt_number(this, target.Number);

        public Tensor le(Tensor target) => mlt_le(this, target);

        public Tensor le(Scalar target) => mlt_le_number(this, target.Number);

        public Tensor gt(Tensor target) => mlt_gt(this, target);

        public Tensor gt(Scalar target) => mlt_gt_number(this, target.Number);

        public Tensor ge(Tensor target) => mlt_ge(this, target);

        public Tensor ge(Scalar target) => mlt_ge_number(this, target.Number);

        public Tensor equal(Tensor target) => eq(target);

        public Tensor maximum(Tensor other) => mlt_maximum(this, other);

        public Tensor minimum(Tensor other) => mlt_minimum(this, other);

        public Tensor isfinite() => mlt_isfinite(this);

        public Tensor isinf() => mlt_isinf(this);

        public Tensor isnan() => mlt_isnan(this);

        public Tensor where(Tensor condition, Tensor y) => mlt_where(condition, this, y);

        public bool allclose(Tensor target, double rtol = 1e-05, double atol = 1e-08, bool equal_nan = false)
        {
            mlt_allclose(this, target, rtol, atol, equal_nan, out var result);
            return result;
        }
    }
}
