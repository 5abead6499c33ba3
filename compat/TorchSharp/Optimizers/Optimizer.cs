using TorchSharp.Modules;
using static TorchSharp.Interop.Native;

namespace TorchSharp;

public static partial class torch
{
    public static partial class optim
    {
        /// <summary>Changes parameters along their gradients: one of libtorch's optimizers.</summary>
        public abstract class Optimizer : IDisposable
        {
            protected IList<ParamGroup> _parameter_groups = [];

            private nint _handle;

            private protected Optimizer(nint handle)
            {
                if (handle == 0)
                    CheckForErrors();
                _handle = handle;
            }

            ~Optimizer() => Dispose(false);

            public virtual IEnumerable<ILearningRateController> ParamGroups => _parameter_groups;

            internal nint Handle => _handle != 0 ? _handle : throw new ObjectDisposedException(GetType().Name);

            public virtual void zero_grad()
            {
                mlt_optimizer_zero_grad(Handle);
                GC.KeepAlive(this);
            }

            /// <summary>Does one step, after the closure, if there is one, has computed the loss and its gradients anew.</summary>
            /// <returns>The closure's loss; null without a closure.</returns>
            public virtual Tensor? step(Func<Tensor>? closure = null)
            {
                var loss = Evaluate(closure);
                for (var group = 0; group < _parameter_groups.Count; group++)
                    Configure(group, _parameter_groups[group].Options);
                mlt_optimizer_step(Handle);
                GC.KeepAlive(this);
                return loss;
            }

            public virtual IEnumerable<Parameter> parameters() => _parameter_groups.SelectMany(group => group.Parameters);

            public abstract void add_param_group(ParamGroup param_group);

            public void Dispose()
            {
                Dispose(true);
                GC.SuppressFinalize(this);
            }

            protected virtual void Dispose(bool disposing)
            {
                if (_handle != 0)
                    mlt_optimizer_dispose(_handle);
                _handle = 0;
            }

            /// <summary>Tells libtorch the options of a group: a schedule may have changed them since the last step.</summary>
            private protected abstract void Configure(int group, OptimizerOptions options);

            private static Tensor? Evaluate(Func<Tensor>? closure)
            {
                if (closure is null)
                    return null;
                using var differentiated = enable_grad();
                return closure();
            }
        }

        /// <summary>Something with a learning rate that a schedule can change.</summary>
        public interface ILearningRateController
        {
            double LearningRate { get; set; }

            double InitialLearningRate { get; set; }
        }

        /// <summary>Something with momentum.</summary>
        public interface IMomentum
        {
            double Momentum { get; set; }
        }

        /// <summary>Something with two decay rates of averages.</summary>
        public interface IBetas
        {
            (double, double) Betas { get; set; }
        }
    }
}
