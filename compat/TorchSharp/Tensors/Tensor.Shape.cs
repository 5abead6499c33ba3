using static TorchSharp.Interop.Native;

namespace TorchSharp;

public static partial class torch
{
    public partial class Tensor
    {
        public Tensor view(params long[] shape) => mlt_view(this, shape, shape.Length);

        public Tensor view_as(Tensor other) => view(other.shape);

        public Tensor reshape(params long[] shape) => mlt_reshape(this, shape, shape.Length);

        public Tensor permute(params long[] permutation) => mlt_permute(this, permutation, permutation.Length);

        public Tensor transpose(long dim0, long dim1) => mlt_transpose(this, dim0, dim1);

        public Tensor t() => mlt_t(this);

        public Tensor flatten(long start_dim = 0, long end_dim = -1) => mlt_flatten(this, start_dim, end_dim);

        public Tensor squeeze(long? dim = null) => dim is { } only ? mlt_squeeze_dim(this, only) : mlt_squeeze(this);

        public Tensor unsqueeze(long dim) => mlt_unsqueeze(this, dim);

        public Tensor expand(params long[] sizes) => expand(sizes, false);

        public Tensor expand(long[] sizes, bool isImplicit = false) => mlt_expand(this, sizes, sizes.Length, isImplicit);

        public Tensor expand_as(Tensor other) => expand(other.shape);

        public Tensor repeat(params long[] sizes) => mlt_repeat(this, sizes, sizes.Length);

        public Tensor flip(params long[] dims) => mlt_flip(this, dims, dims.Length);

        public Tensor roll(long[] shifts, long[] dims) => mlt_roll(this, shifts, shifts.Length, dims, dims.Length);

        public Tensor roll(ReadOnlySpan<long> shifts, ReadOnlySpan<long> dims = default) => mlt_roll(this, shifts, shifts.Length, dims, dims.Length);

        public Tensor narrow(long dim, long start, long length) => mlt_narrow(this, dim, start, length);

        public Tensor select(long dim, long index) => mlt_select(this, dim, index);

        public Tensor slice(long dim, long start, long finish, long step) => mlt_slice(this, dim, start, finish, step);
    }
}
