using static TorchSharp.Interop.Native;

namespace TorchSharp;

public static partial class torch
{
    public static IDisposable no_grad() => new AutoGradMode(false);

    public static IDisposable enable_grad(bool enabled = true) => new AutoGradMode(enabled);

    public static IDisposable set_grad_enabled(bool mode = true) => new AutoGradMode(mode);

    public static IDisposable inference_mode(bool mode = true) => new InferenceMode(mode);

    public static bool is_grad_enabled() => mlt_is_grad_enabled();

    public static bool is_inference_mode_enabled() => mlt_is_inference_mode();

    /// <summary>Records gradients, or does not, until it is disposed on the same thread.</summary>
    private sealed class AutoGradMode : IDisposable
    {
        private readonly bool _before = mlt_is_grad_enabled();

        internal AutoGradMode(bool enabled) => mlt_set_grad_enabled(enabled);

        public void Dispose() => mlt_set_grad_enabled(_before);
    }

    /// <summary>Makes tensors that never take part in a gradient until it is disposed on the same thread.</summary>
    private sealed class InferenceMode : IDisposable
    {
        private nint _guard;

        internal InferenceMode(bool enabled) => _guard = mlt_enter_inference_mode(enabled);

        public void Dispose()
        {
            if (_guard != 0)
                mlt_leave_inference_mode(_guard);
            _guard = 0;
        }
    }
}
