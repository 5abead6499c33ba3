using static TorchSharp.Interop.Native;

namespace TorchSharp;

public static partial class torch
{
    public partial class Tensor
    {
        public Tensor gelu() => mlt_gelu(this);

        public Tensor hardsigmoid_()
        {
            mlt_hardsigmoid_(this);
            return this;
        }

        public Tensor hardswish_()
        {
            mlt_hardswish_(this);
            return this;
        }

        public Tensor silu_()
        {
            mlt_silu_(this);
            return this;
        }
    }
}
