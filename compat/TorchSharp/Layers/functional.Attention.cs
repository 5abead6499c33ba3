using static TorchSharp.Interop.Native;

namespace TorchSharp;

public static partial class torch
{
    public static partial class nn
    {
        public static partial class functional
        {
            public static Tensor normalize(Tensor input, double p = 2.0, long dim = 1, double eps = 1e-12) => mlt_normalize(input, p, dim, eps);

            /// <summary>softmax(query · keyᵀ / √d + mask) · value, for the last two dimensions.</summary>
            /// <exception cref="ArgumentException"><paramref name="p"/> is negative, or there are two masks.</exception>
            public static Tensor scaled_dot_product_attention(
                Tensor query, Tensor key, Tensor value, Tensor? attn_mask = null, double p = 0.0, bool is_casual = false)
            {
                if (p < 0)
                    throw new ArgumentException("Dropout probability must be greater than or equal to zero.");
                if (is_casual && attn_mask is not null)
                    throw new ArgumentException("Casual attention masking cannot pass a mask.");
                return mlt_scaled_dot_product_attention(query, key, value, attn_mask, p, is_casual);
            }
        }
    }
}
