using static TorchSharp.Interop.Native;

namespace TorchSharp;

public static partial class torch
{
    /// <summary>What a division does with the fraction; the order is the shim's.</summary>
    public enum RoundingMode
    {
        None,
        trunc,
        floor,
    }

    public partial class Tensor
    {
        public Tensor add(Tensor target) => add(target, 1);

        public Tensor add(Tensor target, Scalar alpha) => mlt_add(this, target, alpha.Number);

        public Tensor add(Scalar scalar) => add(scalar, 1);

        public Tensor add(Scalar scalar, Scalar alpha) => mlt_add_number(this, scalar.Number, alpha.Number);

        public Tensor add_(Tensor target) => add_(target, 1);

        public Tensor add_(Tensor target, Scalar alpha)
        {
            mlt_add_(this, target, alpha.Number);
            return this;
        }

        public Tensor add_(Scalar scalar) => add_(scalar, 1);

        public Tensor add_(Scalar scalar, Scalar alpha)
        {
            mlt_add_number_(this, scalar.Number, alpha.Number);
            return this;
        }

        public Tensor sub(Tensor target) => mlt_sub(this, target);

        public Tensor sub(Scalar target) => mlt_sub_number(this, target.Number);

        public Tensor sub_(Tensor target)
        {
            mlt_sub_(this, target);
            return this;
        }

        public Tensor sub_(Scalar target)
        {
            mlt_sub_number_(this, target.Number);
            return this;
        }

        public Tensor mul(Tensor target) => mlt_mul(this, target);

        public Tensor mul(Scalar target) => mlt_mul_number(this, target.Number);

        public Tensor mul_(Tensor target)
        {
            mlt_mul_(this, target);
            return this;
        }

        public Tensor mul_(Scalar target)
        {
            mlt_mul_number_(this, target.Number);
            return this;
        }

        public Tensor div(Tensor target, RoundingMode rounding_mode = RoundingMode.None) => mlt_div(this, target, (int)rounding_mode);

        public Tensor div(Scalar target, RoundingMode rounding_mode = RoundingMode.None) => mlt_div_number(this, target.Number, (int)rounding_mode);

        public Tensor div_(Tensor target, RoundingMode rounding_mode = RoundingMode.None)
        {
            mlt_div_(this, target, (int)rounding_mode);
            return this;
        }

        public Tensor div_(Scalar target, RoundingMode rounding_mode = RoundingMode.None)
        {
            mlt_div_number_(this, target.Number, (int)rounding_mode);
            return this;
        }

        public Tensor pow(Tensor exponent) => mlt_pow(this, exponent);

        public Tensor pow(Scalar exponent) => mlt_pow_number(this, exponent.Number);
    }
}
