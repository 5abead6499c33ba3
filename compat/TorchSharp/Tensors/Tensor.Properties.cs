using static TorchSharp.Interop.Native;

namespace TorchSharp;

public static partial class torch
{
    public partial class Tensor
    {
        public long Dimensions => mlt_ndim(this);

        public long ndim => Dimensions;

        public long NumberOfElements => mlt_numel(this);

        public long ElementSize => mlt_element_size(this);

        public ScalarType dtype => (ScalarType)mlt_dtype(this);

        public DeviceType device_type => (DeviceType)mlt_device_type(this);

        public int device_index => mlt_device_index(this);

        public Device device => device_type == DeviceType.CPU ? new Device(DeviceType.CPU) : new Device(device_type, device_index);

        public bool is_cuda => device_type == DeviceType.CUDA;

        public long[] shape => size();

        public long dim() => Dimensions;

        public long numel() => NumberOfElements;

        public long element_size() => ElementSize;

        public bool is_cpu() => device_type == DeviceType.CPU;

        public bool is_floating_point() => torch.is_floating_point(dtype);

        public bool is_contiguous() => mlt_is_contiguous(this);

        public long[] size()
        {
            var sizes = new long[ndim];
            mlt_sizes(this, sizes);
            return sizes;
        }

        public long size(int dim)
        {
            mlt_size(this, dim, out var size);
            return size;
        }

        public long[] stride()
        {
            var strides = new long[ndim];
            mlt_strides(this, strides);
            return strides;
        }

        public long stride(int dim)
        {
            mlt_stride(this, dim, out var stride);
            return stride;
        }
    }
}
