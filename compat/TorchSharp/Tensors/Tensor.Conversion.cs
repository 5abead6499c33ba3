using TorchSharp.Interop;
using static TorchSharp.Interop.Native;

namespace TorchSharp;

public static partial class torch
{
    public partial class Tensor
    {
        public Tensor alias() => mlt_alias(this);

        public Tensor clone() => mlt_clone(this);

        public Tensor contiguous() => mlt_contiguous(this);

        /// <summary>A copy in page-locked memory, from which a CUDA device reads by itself.</summary>
        public Tensor pin_memory() => mlt_pin_memory(this);

        public Tensor copy_(Tensor source, bool nonBlocking = false)
        {
            mlt_copy_(this, source, nonBlocking);
            return this;
        }

        public Tensor cpu() => to(DeviceType.CPU);

        public Tensor cuda(Device? device = null, bool non_blocking = false)
        {
            if (device is not null && device.type != DeviceType.CUDA)
                throw new ArgumentException("Not a CUDA device.", nameof(device));
            return to(DeviceType.CUDA, device?.index ?? -1, non_blocking: non_blocking);
        }

        public Tensor to(DeviceType deviceType, int deviceIndex = -1, bool copy = false, bool disposeAfter = false, bool non_blocking = false)
        {
            InitializeDeviceType(deviceType);
            return To(new Placement(dtype, deviceType, deviceIndex), copy, disposeAfter, non_blocking);
        }

        public Tensor to(ScalarType type, Device device, bool copy = false, bool disposeAfter = false, bool non_blocking = false)
        {
            device = InitializeDevice(device);
            return To(new Placement(type, device.type, device.index), copy, disposeAfter, non_blocking);
        }

        public Tensor to(ScalarType type, bool copy = false, bool disposeAfter = false, bool non_blocking = false) =>
            to_type(type, copy, disposeAfter, non_blocking);

        public Tensor to(string device, bool copy = false, bool disposeAfter = false, bool non_blocking = false) =>
            to(new Device(device), copy, disposeAfter, non_blocking);

        public Tensor to(Device device, bool copy = false, bool disposeAfter = false, bool non_blocking = false) =>
            to(device.type, device.index, copy, disposeAfter, non_blocking);

        public Tensor to(Tensor other, bool non_blocking = false) => to(other.dtype, other.device, non_blocking);

        public Tensor to_type(ScalarType type, bool copy = false, bool disposeAfter = false, bool non_blocking = false) =>
            To(new Placement(type, device_type, device_index), copy, disposeAfter, non_blocking);

        public Tensor @byte() => to_type(ScalarType.Byte);

        public Tensor @bool() => to_type(ScalarType.Bool);

        public Tensor @int() => to_type(ScalarType.Int32);

        public Tensor @long() => to_type(ScalarType.Int64);

        public Tensor half() => to_type(ScalarType.Float16);

        public Tensor bfloat16() => to_type(ScalarType.BFloat16);

        public Tensor @float() => to_type(ScalarType.Float32);

        public Tensor @double() => to_type(ScalarType.Float64);

        public Tensor type(ScalarType dtype) => to(dtype);

        public Tensor type_as(Tensor tensor) => to_type(tensor.dtype);

        internal bool toWillCopy(ScalarType type, Device target) =>
            type != dtype || target.type != device_type || (target.type != DeviceType.CPU && target.index >= 0 && target.index != device_index);

        private Tensor To(Placement target, bool copy, bool disposeAfter, bool non_blocking)
        {
            var result = mlt_to(this, target, non_blocking, copy);
            if (disposeAfter)
                Dispose();
            return result;
        }
    }
}
