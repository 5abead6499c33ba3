using System.Runtime.InteropServices;
using static TorchSharp.torch;

namespace TorchSharp.Interop;

/// <summary>Seeds and generators. The functions of <c>random.cpp</c> in <c>compat/native/torch</c>.</summary>
internal static partial class Native
{
    [LibraryImport(Library)]
    internal static partial Tensor mlt_bernoulli(Tensor self, nint generator);

    [LibraryImport(Library)]
    internal static partial nint mlt_generator_create(long seed);

    [LibraryImport(Library)]
    internal static partial nint mlt_generator_default();

    [LibraryImport(Library)]
    internal static partial void mlt_generator_dispose(nint self);

    [LibraryImport(Library)]
    internal static partial Tensor mlt_generator_get_state(nint self);

    [LibraryImport(Library)]
    internal static partial long mlt_generator_initial_seed(nint self);

    [LibraryImport(Library)]
    internal static partial Outcome mlt_generator_seed(nint self, long seed);

    [LibraryImport(Library)]
    internal static partial Outcome mlt_generator_set_state(nint self, Tensor state);

    [LibraryImport(Library)]
    internal static partial Outcome mlt_manual_seed(long seed);

    [LibraryImport(Library)]
    internal static partial Outcome mlt_normal_(Tensor self, double mean, double std, nint generator);

    [LibraryImport(Library)]
    internal static partial Outcome mlt_uniform_(Tensor self, double from, double to, nint generator);
}
