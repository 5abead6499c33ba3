using static TorchSharp.Interop.Native;

namespace TorchSharp;

public static partial class torch
{
    public partial class Tensor
    {
        public bool is_leaf => mlt_is_leaf(this);

        public bool requires_grad
        {
            get => mlt_requires_grad(this);
            set => mlt_set_requires_grad(this, value);
        }

        /// <summary>The gradient that the backward passes added up; null before the first one.</summary>
        public Tensor? grad
        {
            get => mlt_grad(this);
            set => mlt_set_grad(this, value);
        }

        public Tensor requires_grad_(bool requires_grad = true)
        {
            this.requires_grad = requires_grad;
            return this;
        }

        public Tensor with_requires_grad(bool requires_grad = true) => requires_grad_(requires_grad);

        public void retain_grad() => mlt_retain_grad(this);

        public void backward() => mlt_backward(this, null, retainGraph: false, createGraph: false);

        public Tensor detach() => mlt_detach(this);

        public Tensor detach_()
        {
            mlt_detach_(this);
            return this;
        }
    }
}
