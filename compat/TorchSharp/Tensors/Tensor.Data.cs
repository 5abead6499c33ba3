using TorchSharp.Utils;
using static TorchSharp.Interop.Native;

namespace TorchSharp;

public static partial class torch
{
    public partial class Tensor
    {
        /// <summary>The elements as C# sees them; a tensor on another device is copied to the CPU first.</summary>
        /// <exception cref="ArgumentException"><typeparamref name="T"/> is not the type of the elements.</exception>
        public TensorAccessor<T> data<T>() where T : unmanaged
        {
            ValidateType(typeof(T));
            return new TensorAccessor<T>(is_cpu() ? this : cpu());
        }

        public T item<T>() where T : unmanaged
        {
            if (NumberOfElements != 1)
                throw new ArgumentException("Number of elements in the tensor must be 1");
            return data<T>()[0];
        }

        public Scalar ToScalar()
        {
            mlt_item(this, out var number);
            return new Scalar(number);
        }

        /// <summary>The memory of a contiguous tensor on the CPU.</summary>
        /// <exception cref="InvalidOperationException">The tensor is not contiguous, or not on the CPU.</exception>
        public Span<byte> bytes
        {
            get => Memory();
            set
            {
                var memory = Memory();
                if (value.Length != memory.Length)
                    throw new ArgumentException("Mismatched data sizes in SetBytes().");
                value.CopyTo(memory);
            }
        }

        internal void ValidateType(Type type)
        {
            if (dtype == ScalarType.BFloat16)
                throw new ArgumentException($"No support for {dtype} in TorchSharp");
            if (ScalarTypeOf(type) != dtype)
                throw new ArgumentException($"{type.Name} is not compatible with {dtype}");
        }

        private unsafe Span<byte> Memory()
        {
            var size = NumberOfElements * ElementSize;
            if (!is_contiguous())
                throw new InvalidOperationException("Bytes() called on non-contiguous tensor.");
            if (size > int.MaxValue)
                throw new ArgumentException("Span only supports up to int.MaxValue elements.");
            if (!is_cpu())
                throw new InvalidOperationException("Reading data from non-CPU memory is not supported. Move or copy the tensor to the cpu before reading.");
            mlt_data(this, out var memory);
            return new Span<byte>((void*)memory, (int)size);
        }
    }
}
