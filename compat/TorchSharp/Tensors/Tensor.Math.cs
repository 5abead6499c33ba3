using static TorchSharp.Interop.Native;

namespace TorchSharp;

public static partial class torch
{
    public partial class Tensor
    {
        public Tensor abs() => mlt_abs(this);

        public Tensor exp() => mlt_exp(this);

        public Tensor floor() => mlt_floor(this);

        public Tensor log() => mlt_log(this);

        public Tensor logical_not() => mlt_logical_not(this);

        public Tensor neg() => mlt_neg(this);

        public Tensor relu() => mlt_relu(this);

        public Tensor relu6() => mlt_relu6(this);

        public Tensor rsqrt() => mlt_rsqrt(this);

        public Tensor sigmoid() => mlt_sigmoid(this);

        public Tensor sqrt() => mlt_sqrt(this);

        public Tensor square() => mlt_square(this);

        public Tensor tanh() => mlt_tanh(this);

        public Tensor round(long decimals = 0) => mlt_round(this, decimals);

        public Tensor relu_()
        {
            mlt_relu_(this);
            return this;
        }

        public Tensor relu6_()
        {
            mlt_relu6_(this);
            return this;
        }

        public Tensor sigmoid_()
        {
            mlt_sigmoid_(this);
            return this;
        }

        public Tensor zero_()
        {
            mlt_zero_(this);
            return this;
        }

        public Tensor fill_(Scalar value)
        {
            mlt_fill_(this, value.Number);
            return this;
        }

        public unsafe Tensor clamp(Scalar? min = null, Scalar? max = null)
        {
            var (low, high) = (min?.Number ?? default, max?.Number ?? default);
            return mlt_clamp(this, min is null ? null : &low, max is null ? null : &high);
        }

        public unsafe Tensor clamp_(Scalar? min = null, Scalar? max = null)
        {
            var (low, high) = (min?.Number ?? default, max?.Number ?? default);
            mlt_clamp_(this, min is null ? null : &low, max is null ? null : &high);
            return this;
        }

        public Tensor matmul(Tensor target) => mlt_matmul(this, target);

        public Tensor mm(Tensor target) => mlt_mm(this, target);
    }
}
