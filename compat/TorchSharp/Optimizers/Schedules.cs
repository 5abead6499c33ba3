namespace TorchSharp;

public static partial class torch
{
    public static partial class optim
    {
        public static partial class lr_scheduler
        {
            /// <summary>The schedules themselves.</summary>
            public static partial class impl
            {
                /// <summary>The first rate, times a function of the epoch.</summary>
                public class LambdaLR : LRScheduler
                {
                    private readonly Func<int, double> _factor;

                    public LambdaLR(Optimizer optimizer, Func<int, double> lr_lambda, int last_epoch = -1, bool verbose = false)
                        : base(optimizer, last_epoch, verbose)
                    {
                        _factor = lr_lambda;
                        step();
                    }

                    protected override IEnumerable<double> get_lr() => BaseRates.Select(rate => rate * _factor(Epoch));
                }

                /// <summary>Times gamma every so many epochs.</summary>
                public class StepLR : LRScheduler
                {
                    private readonly int _stepSize;
                    private readonly double _gamma;

                    public StepLR(Optimizer optimizer, int step_size, double gamma = 0.1, int last_epoch = -1, bool verbose = false)
                        : base(optimizer, last_epoch, verbose)
                    {
                        (_stepSize, _gamma) = (step_size, gamma);
                        step();
                    }

                    protected override IEnumerable<double> get_lr()
                    {
                        var factor = Epoch == 0 || Epoch % _stepSize != 0 ? 1 : _gamma;
                        return Groups.Select(group => group.LearningRate * factor);
                    }

                    protected override IEnumerable<double> get_closed_form_lr() =>
                        BaseRates.Select(rate => rate * Math.Pow(_gamma, Epoch / _stepSize));
                }

                /// <summary>Down half a cosine in T_max epochs, and up again in the next.</summary>
                public class CosineAnnealingLR : LRScheduler
                {
                    private readonly double _halfPeriod;
                    private readonly double _lowest;

                    public CosineAnnealingLR(Optimizer optimizer, double T_max, double eta_min = 0, int last_epoch = -1, bool verbose = false)
                        : base(optimizer, last_epoch, verbose)
                    {
                        (_halfPeriod, _lowest) = (T_max, eta_min);
                        step();
                    }

                    /// <summary>PyTorch's recursion: each rate from the one before it, so that rates set by hand survive.</summary>
                    protected override IEnumerable<double> get_lr()
                    {
                        if (Epoch == 0)
                            return Groups.Select(group => group.LearningRate);
                        if ((Epoch - 1 - _halfPeriod) % (2 * _halfPeriod) == 0)
                            return Groups.Zip(BaseRates, (group, rate) => group.LearningRate + (rate - _lowest) * (1 - Math.Cos(Math.PI / _halfPeriod)) / 2);
                        var ratio = (1 + Math.Cos(Math.PI * Epoch / _halfPeriod)) / (1 + Math.Cos(Math.PI * (Epoch - 1) / _halfPeriod));
                        return Groups.Select(group => ratio * (group.LearningRate - _lowest) + _lowest);
                    }

                    protected override IEnumerable<double> get_closed_form_lr() =>
                        BaseRates.Select(rate => _lowest + (rate - _lowest) * (1 + Math.Cos(Math.PI * Epoch / _halfPeriod)) / 2);
                }
            }
        }
    }
}
