using System.Runtime.InteropServices;
using static TorchSharp.torch;

namespace TorchSharp.Interop;

/// <summary>Gradients and the modes without them. The functions of <c>autograd.cpp</c> in <c>compat/native/torch</c>.</summary>
internal static partial class Native
{
    [LibraryImport(Library)]
    internal static partial Outcome mlt_backward(Tensor self, Tensor? gradient, Flag retainGraph, Flag createGraph);

    [LibraryImport(Library)]
    internal static partial Tensor mlt_detach(Tensor self);

    [LibraryImport(Library)]
    internal static partial Outcome mlt_detach_(Tensor self);

    [LibraryImport(Library)]
    internal static partial nint mlt_enter_inference_mode(Flag enabled);

    [LibraryImport(Library)]
    internal static partial Tensor? mlt_grad(Tensor self);

    [LibraryImport(Library)]
    internal static partial Flag mlt_is_grad_enabled();

    [LibraryImport(Library)]
    internal static partial Flag mlt_is_inference_mode();

    [LibraryImport(Library)]
    internal static partial void mlt_leave_inference_mode(nint guard);

    [LibraryImport(Library)]
    internal static partial Outcome mlt_retain_grad(Tensor self);

    [LibraryImport(Library)]
    internal static partial Outcome mlt_set_grad(Tensor self, Tensor? grad);

    [LibraryImport(Library)]
    internal static partial void mlt_set_grad_enabled(Flag enabled);

    [LibraryImport(Library)]
    internal static partial Outcome mlt_set_requires_grad(Tensor self, Flag requiresGrad);
}
