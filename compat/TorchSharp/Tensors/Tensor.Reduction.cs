using static TorchSharp.Interop.Native;

namespace TorchSharp;

public static partial class torch
{
    public partial class Tensor
    {
        public Tensor sum(ScalarType? type = null) => mlt_sum(this, Code(type));

        public Tensor sum(long dim, bool keepdim = false, ScalarType? type = null) => sum([dim], keepdim, type);

        public Tensor sum(ReadOnlySpan<long> dim, bool keepdim = false, ScalarType? type = null) =>
            mlt_sum_dims(this, dim, dim.Length, keepdim, Code(type));

        public Tensor sum(long[] dim, bool keepdim = false, ScalarType? type = null) => sum(dim.AsSpan(), keepdim, type);

        public Tensor mean() => mlt_mean(this);

        public Tensor mean(long[] dimensions, bool keepdim = false, ScalarType? type = null) =>
            mlt_mean_dims(this, dimensions, dimensions.Length, keepdim, Code(type));

        public Tensor var(bool unbiased = true) => mlt_var(this, unbiased);

        public Tensor var(long dim, bool unbiased = true, bool keepdim = false, ScalarType? type = null) => var([dim], unbiased, keepdim, type);

        public Tensor var(ReadOnlySpan<long> dimensions, bool unbiased = true, bool keepdim = false, ScalarType? type = null)
        {
            using var converted = type is { } other ? to_type(other) : null;
            return mlt_var_dims(converted ?? this, dimensions, dimensions.Length, unbiased, keepdim);
        }

        public Tensor var(long[] dimensions, bool unbiased = true, bool keepdim = false, ScalarType? type = null) =>
            var(dimensions.AsSpan(), unbiased, keepdim, type);

        public Tensor std(bool unbiased = true) => mlt_std(this, unbiased);

        public Tensor std(long dim, bool unbiased = true, bool keepdim = false, ScalarType? type = null) => std([dim], unbiased, keepdim, type);

        public Tensor std(ReadOnlySpan<long> dimensions, bool unbiased = true, bool keepdim = false, ScalarType? type = null)
        {
            using var converted = type is { } other ? to_type(other) : null;
            return mlt_std_dims(converted ?? this, dimensions, dimensions.Length, unbiased, keepdim);
        }

        public Tensor std(long[] dimensions, bool unbiased = true, bool keepdim = false, ScalarType? type = null) =>
            std(dimensions.AsSpan(), unbiased, keepdim, type);

        public Tensor all() => mlt_all(this);

        public Tensor all(long dim, bool keepdim = false) => mlt_all_dim(this, dim, keepdim);

        public Tensor any() => mlt_any(this);

        public Tensor any(long dim, bool keepdim = false) => mlt_any_dim(this, dim, keepdim);

        public Tensor argmax() => mlt_argmax(this);

        public Tensor argmax(long dim, bool keepdim = false) => mlt_argmax_dim(this, dim, keepdim);

        public Tensor argmin() => mlt_argmin(this);

        public Tensor argmin(long dim, bool keepdim = false) => mlt_argmin_dim(this, dim, keepdim);

        public Tensor max() => mlt_max(this);

        public Tensor max(Tensor other) => maximum(other);

        public (Tensor values, Tensor indexes) max(long dim, bool keepdim = false)
        {
            mlt_max_dim(this, dim, keepdim, out var values, out var indexes);
            return (values, indexes);
        }

        public Tensor min() => mlt_min(this);

        public Tensor min(Tensor other) => minimum(other);

        public (Tensor values, Tensor indexes) min(long dim, bool keepdim = false)
        {
            mlt_min_dim(this, dim, keepdim, out var values, out var indexes);
            return (values, indexes);
        }

        public (Tensor values, Tensor indexes) topk(int k, int dim = -1, bool largest = true, bool sorted = true)
        {
            mlt_topk(this, k, dim, largest, sorted, out var values, out var indexes);
            return (values, indexes);
        }

        public (Tensor Values, Tensor Indices) sort(long dim = -1, bool descending = false, bool stable = false)
        {
            mlt_sort(this, dim, descending, stable, out var values, out var indices);
            return (values, indices);
        }

        public Tensor softmax(long dim, ScalarType? dtype = null) => mlt_softmax(this, dim, Code(dtype));

        public Tensor log_softmax(long dim, ScalarType? dtype = null) => mlt_log_softmax(this, dim, Code(dtype));

        private static int Code(ScalarType? type) => type is { } given ? (int)given : -1;
    }
}
