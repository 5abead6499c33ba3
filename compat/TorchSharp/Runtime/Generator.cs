using static TorchSharp.Interop.Native;

namespace TorchSharp;

public static partial class torch
{
    /// <summary>A source of random numbers on the CPU.</summary>
    public class Generator : IDisposable
    {
        public Generator(ulong seed = 0, Device? device = null)
        {
            if (device is not null && device.type != DeviceType.CPU)
                throw new NotSupportedException("The TorchSharp stand-in has generators for the CPU only; seed the other devices with torch.manual_seed.");
            Handle = Checked(mlt_generator_create((long)seed));
        }

        private Generator(nint handle) => Handle = Checked(handle);

        ~Generator() => Dispose(false);

        public static Generator Default => new(mlt_generator_default());

        public nint Handle { get; private set; }

        public Device device => CPU;

        public Generator manual_seed(long seed)
        {
            mlt_generator_seed(Handle, seed);
            return this;
        }

        public long initial_seed() => mlt_generator_initial_seed(Handle);

        public Tensor get_state() => mlt_generator_get_state(Handle);

        public void set_state(Tensor value) => mlt_generator_set_state(Handle, value);

        public void Dispose()
        {
            Dispose(true);
            GC.SuppressFinalize(this);
        }

        protected virtual void Dispose(bool disposing)
        {
            if (Handle != 0)
                mlt_generator_dispose(Handle);
            Handle = 0;
        }

        internal static nint HandleOf(Generator? generator) => generator?.Handle ?? 0;

        private static nint Checked(nint handle)
        {
            if (handle == 0)
                CheckForErrors();
            return handle;
        }
    }

    public static Generator manual_seed(long seed) => random.manual_seed(seed);

    /// <summary>The generator that every function uses when it is given none.</summary>
    public static partial class random
    {
        /// <summary>Seeds the generators of every device.</summary>
        public static Generator manual_seed(long seed)
        {
            mlt_manual_seed(seed);
            return Generator.Default;
        }

        public static long initial_seed() => Generator.Default.initial_seed();

        public static Tensor get_rng_state() => Generator.Default.get_state();

        public static void set_rng_state(Tensor new_state) => Generator.Default.set_state(new_state);
    }
}
