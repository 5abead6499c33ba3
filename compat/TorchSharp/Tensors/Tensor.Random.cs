using static TorchSharp.Interop.Native;

namespace TorchSharp;

public static partial class torch
{
    public partial class Tensor
    {
        public Tensor normal_(double mean = 0.0, double std = 1.0, Generator? generator = null)
        {
            mlt_normal_(this, mean, std, Generator.HandleOf(generator));
            GC.KeepAlive(generator);
            return this;
        }

        public Tensor uniform_(double from, double to, Generator? generator = null)
        {
            mlt_uniform_(this, from, to, Generator.HandleOf(generator));
            GC.KeepAlive(generator);
            return this;
        }
    }
}
