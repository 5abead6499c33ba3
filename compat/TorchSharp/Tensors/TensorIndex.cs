using TorchSharp.Interop;

namespace TorchSharp;

public static partial class torch
{
    /// <summary>One entry between the brackets of <c>tensor[…]</c>.</summary>
    public struct TensorIndex
    {
        public static readonly TensorIndex Ellipsis = new() { _kind = Kind.Ellipsis };
        public static readonly TensorIndex None = new() { _kind = Kind.None };
        public static readonly TensorIndex Null = new() { _kind = Kind.Null };
        public static readonly TensorIndex Colon = Slice();

        private Kind _kind;
        private long? _start;
        private long? _stop;
        private long? _step;
        private Tensor? _tensor;

        /// <summary>The order is the shim's.</summary>
        internal enum Kind
        {
            None,
            Single,
            Null,
            Ellipsis,
            Bool,
            Tensor,
            Slice,
        }

        public static implicit operator TensorIndex(long value) => Single(value);

        public static implicit operator TensorIndex(Range range) => Slice(range);

        public static implicit operator TensorIndex(Index index) => Single(Signed(index));

        public static implicit operator TensorIndex((int? start, int? end) range) => Slice(range.start, range.end);

        public static TensorIndex Slice(long? start = null, long? stop = null, long? step = null) =>
            new() { _kind = Kind.Slice, _start = start, _stop = stop, _step = step };

        public static TensorIndex Slice(Range range) =>
            Slice(Signed(range.Start), range.End is { IsFromEnd: true, Value: 0 } ? null : Signed(range.End));

        public static TensorIndex Bool(bool value) => new() { _kind = Kind.Bool, _start = value ? 1 : 0 };

        public static TensorIndex Single(long? index) => new() { _kind = Kind.Single, _start = index };

        public static TensorIndex Tensor(Tensor tensor) => new() { _kind = Kind.Tensor, _tensor = tensor };

        internal readonly NativeIndex Encode() => new(_kind, _start, _stop, _step, _tensor);

        private static long Signed(Index index) => index.IsFromEnd ? -index.Value : index.Value;
    }
}
