using System.Runtime.InteropServices;
using static TorchSharp.torch;

namespace TorchSharp.Interop;

/// <summary>Optimizers. The functions of <c>optim.cpp</c> in <c>compat/native/torch</c>.</summary>
internal static partial class Native
{
    [LibraryImport(Library)]
    internal static partial Outcome mlt_adam_add(nint self, nint[] parameters, int count);

    [LibraryImport(Library)]
    internal static partial nint mlt_adam_create();

    [LibraryImport(Library)]
    internal static partial Outcome mlt_adam_set(
        nint self, int group, double lr, double beta1,
        double beta2, double eps, double weightDecay, Flag amsgrad, Flag maximize);

    [LibraryImport(Library)]
    internal static partial Outcome mlt_adamw_add(nint self, nint[] parameters, int count);

    [LibraryImport(Library)]
    internal static partial nint mlt_adamw_create();

    [LibraryImport(Library)]
    internal static partial Outcome mlt_adamw_set(
        nint self, int group, double lr, double beta1,
        double beta2, double eps, double weightDecay, Flag amsgrad, Flag maximize);

    [LibraryImport(Library)]
    internal static partial void mlt_optimizer_dispose(nint self);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial Outcome mlt_optimizer_load(nint self, string path);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial Outcome mlt_optimizer_save(nint self, string path);

    [LibraryImport(Library)]
    internal static partial Outcome mlt_optimizer_step(nint self);

    [LibraryImport(Library)]
    internal static partial Outcome mlt_optimizer_zero_grad(nint self);

    [LibraryImport(Library)]
    internal static partial Outcome mlt_sgd_add(nint self, nint[] parameters, int count);

    [LibraryImport(Library)]
    internal static partial nint mlt_sgd_create();

    [LibraryImport(Library)]
    internal static partial Outcome mlt_sgd_set(
        nint self, int group, double lr, double momentum,
        double dampening, double weightDecay, Flag nesterov, Flag maximize);
}
