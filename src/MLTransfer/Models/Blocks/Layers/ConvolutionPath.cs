using static TorchSharp.torch;

namespace MLTransfer.Models.Blocks;

/// <summary>
/// Convolutions with batch norms, one after the other, some with a ReLU behind them; under the numbers that torchvision's Sequential gives
/// them,
/// where each layer counts.
/// </summary>
internal sealed class ConvolutionPath : NamedModule
{
    private readonly (ConvolutionUnit Unit, bool Active)[] _steps;

    public ConvolutionPath(BatchNormShape norm, params (ConvolutionShape Shape, bool Active)[] steps) : base(nameof(ConvolutionPath))
    {
        _steps = new (ConvolutionUnit, bool)[steps.Length];
        for (int i = 0, index = 0; i < steps.Length; i++)
        {
            _steps[i] = (Convolution($"{index}", $"{index + 1}", steps[i].Shape, norm.Epsilon, momentum: norm.Momentum), steps[i].Active);
            index += steps[i].Active ? 3 : 2;
        }
    }

    public override Tensor forward(Tensor input)
    {
        using var scope = NewDisposeScope();
        Tensor state = input;
        foreach ((ConvolutionUnit unit, bool active) in _steps)
        {
            Tensor next = unit.Forward(state);
            if (!ReferenceEquals(state, input)) state.Dispose();
            state = active ? next.relu_() : next;
        }

        return state.MoveToOuterDisposeScope();
    }
}
