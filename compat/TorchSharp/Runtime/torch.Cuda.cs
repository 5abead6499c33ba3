using static TorchSharp.Interop.Native;

namespace TorchSharp;

public static partial class torch
{
    public static bool cuda_is_available() => cuda.is_available();

    /// <summary>NVIDIA's devices: none where libtorch was built without CUDA or no driver answers.</summary>
    public static partial class cuda
    {
        public static bool is_available()
        {
            mlt_cuda_is_available(out var result);
            return result;
        }

        public static int device_count()
        {
            mlt_cuda_device_count(out var result);
            return result;
        }

        public static void manual_seed(long seed) => mlt_cuda_manual_seed(seed);

        public static void manual_seed_all(long seed) => mlt_cuda_manual_seed_all(seed);

        public static void synchronize(Device? device = null) => mlt_cuda_synchronize(device?.index ?? -1);
    }
}
