using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace MLTransfer.Training;

/// <summary>Creates the optimizers, with PyTorch's defaults where there is no option.</summary>
internal static class Optimizers
{
    public static OptimizerHelper Create(TrainingOptions options, IReadOnlyList<ParameterGroup> groups) => options.Optimizer switch
    {
        // PyTorch refuses Nesterov's form without momentum, which it would not change.
        OptimizerKind.Sgd => new FusedOptimizers.SGD(groups.Select(group => new SGD.ParamGroup(
            group.Parameters, group.LearningRate, options.Momentum, weight_decay: group.WeightDecay,
            nesterov: options.Nesterov && options.Momentum > 0)), groups[0].LearningRate),
        OptimizerKind.Adam => new FusedOptimizers.Adam(groups.Select(
            group => new Adam.ParamGroup(group.Parameters, group.LearningRate, weight_decay: group.WeightDecay))),
        OptimizerKind.AdamW => new FusedOptimizers.AdamW(groups.Select(
            group => new AdamW.ParamGroup(group.Parameters, group.LearningRate, weight_decay: group.WeightDecay))),
        OptimizerKind.RMSProp => optim.RMSProp(groups.Select(
            group => new RMSProp.ParamGroup(group.Parameters, group.LearningRate, weight_decay: group.WeightDecay))),
        OptimizerKind.NAdam => new PyTorchNAdam(groups.Select(
            group => new NAdam.ParamGroup(group.Parameters, group.LearningRate, weight_decay: group.WeightDecay))),
        OptimizerKind.RAdam => new PyTorchRAdam(groups.Select(
            group => new RAdam.ParamGroup(group.Parameters, group.LearningRate, weight_decay: group.WeightDecay))),
        OptimizerKind.Adagrad => optim.Adagrad(groups.Select(
            group => new Adagrad.ParamGroup(group.Parameters, group.LearningRate, weight_decay: group.WeightDecay))),
        _ => throw new ArgumentOutOfRangeException(nameof(options), options.Optimizer, "There is no such optimizer."),
    };

    /// <summary>The gradient with the L2 penalty.</summary>
    private static Tensor Penalized(Tensor gradient, Tensor weight, double decay) =>
        decay == 0 ? gradient.alias() : gradient.add(weight, alpha: decay);

    /// <summary>
    /// NAdam (Dozat 2016) with PyTorch's steps. TorchSharp's own starts the product of the momenta at 0 instead of 1, so that nothing
    /// corrects the bias of its first steps.
    /// </summary>
    private sealed class PyTorchNAdam(IEnumerable<NAdam.ParamGroup> groups) : NAdam(groups)
    {
        public override Tensor step(Func<Tensor>? closure = null) => _step<ParamGroup>(group =>
        {
            var options = (Options)group.Options;
            (double beta1, double beta2, double rate) = (options.beta1!.Value, options.beta2!.Value, options.LearningRate!.Value);
            foreach (Parameter weight in group.Parameters)
            {
                if (weight.grad is not { } raw) continue;
                using var scope = NewDisposeScope();
                var state = (State)_state[weight.Handle];
                state.step++;
                Tensor gradient = Penalized(raw, weight, options.weight_decay!.Value);
                double Momentum(long step) => beta1 * (1 - 0.5 * Math.Pow(0.96, step * options.momentum_decay!.Value));
                (double momentum, double next) = (Momentum(state.step), Momentum(state.step + 1));
                state.mu_product = (state.step == 1 ? 1 : state.mu_product) * momentum;
                state.exp_avg.mul_(beta1).add_(gradient, alpha: 1 - beta1);
                state.exp_avg_sq.mul_(beta2).addcmul_(gradient, gradient, value: 1 - beta2);
                Tensor deviation = state.exp_avg_sq.div(1 - Math.Pow(beta2, state.step)).sqrt_().add_(options.eps!.Value);
                weight.addcdiv_(gradient, deviation, value: -rate * (1 - momentum) / (1 - state.mu_product));
                weight.addcdiv_(state.exp_avg, deviation, value: -rate * next / (1 - state.mu_product * next));
            }
        }, closure);
    }

    /// <summary>
    /// RAdam (Liu et al. 2019) with PyTorch's steps. TorchSharp's own multiplies by the learning rate twice once it adapts.
    /// </summary>
    private sealed class PyTorchRAdam(IEnumerable<RAdam.ParamGroup> groups) : RAdam(groups)
    {
        public override Tensor step(Func<Tensor>? closure = null) => _step<ParamGroup>(group =>
        {
            var options = (Options)group.Options;
            (double beta1, double beta2, double rate) = (options.beta1!.Value, options.beta2!.Value, options.LearningRate!.Value);
            double longest = 2 / (1 - beta2) - 1;
            foreach (Parameter weight in group.Parameters)
            {
                if (weight.grad is not { } raw) continue;
                using var scope = NewDisposeScope();
                var state = (State)_state[weight.Handle];
                state.step++;
                Tensor gradient = Penalized(raw, weight, options.weight_decay!.Value);
                state.exp_avg.mul_(beta1).add_(gradient, alpha: 1 - beta1);
                state.exp_avg_sq.mul_(beta2).addcmul_(gradient, gradient, value: 1 - beta2);
                double bias = 1 - Math.Pow(beta2, state.step);
                double length = longest - 2 * state.step * (1 - bias) / bias;
                double corrected = rate / (1 - Math.Pow(beta1, state.step));
                if (length > 5)
                {
                    double rectified = Math.Sqrt(
                        bias * (length - 4) * (length - 2) * longest / ((longest - 4) * (longest - 2) * length));
                    weight.addcdiv_(state.exp_avg, state.exp_avg_sq.sqrt().add_(options.eps!.Value), value: -corrected * rectified);
                }
                else
                {
                    weight.add_(state.exp_avg, alpha: -corrected);
                }
            }
        }, closure);
    }
}
