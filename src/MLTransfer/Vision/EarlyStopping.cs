namespace MLTransfer.Vision;

public sealed partial class ImageClassificationTrainer
{
    /// <summary>The metric that decides when training stops.</summary>
    public enum EarlyStoppingMetric
    {
        /// <summary>The accuracy, which should rise.</summary>
        Accuracy,

        /// <summary>The cross entropy, which should fall.</summary>
        Loss,
    }

    /// <summary>Ends a training where a metric no longer improves.</summary>
    public sealed class EarlyStopping
    {
        private readonly EarlyStoppingMetric _metric;
        private float _best;
        private int _wait;

        /// <summary>Creates the rule.</summary>
        /// <param name="minDelta">The least change that counts as an improvement; its absolute value is taken.</param>
        /// <param name="patience">After how many epochs in a row without an improvement training stops.</param>
        /// <param name="metric">The metric.</param>
        /// <param name="checkIncreasing">Has no effect, as in ML.NET: the metric decides. Set <see cref="CheckIncreasing"/>.</param>
        public EarlyStopping(
            float minDelta = 0.01f, int patience = 20, EarlyStoppingMetric metric = EarlyStoppingMetric.Accuracy,
            bool checkIncreasing = true)
        {
            _metric = metric;
            MinDelta = Math.Abs(minDelta);
            Patience = patience;
            CheckIncreasing = metric switch
            {
                EarlyStoppingMetric.Accuracy => true,
                EarlyStoppingMetric.Loss => false,
                _ => checkIncreasing,
            };
            _best = metric == EarlyStoppingMetric.Loss ? float.MaxValue : 0;
        }

        /// <summary>The least change that counts as an improvement.</summary>
        public float MinDelta { get; set; }

        /// <summary>After how many epochs in a row without an improvement training stops.</summary>
        public int Patience { get; set; }

        /// <summary>Whether the metric should rise. Default: true for the accuracy, false for the loss.</summary>
        public bool CheckIncreasing { get; set; }

        /// <summary>Takes the metrics of one more epoch, and says whether training should stop after it.</summary>
        /// <param name="currentMetrics">The metrics.</param>
        public bool ShouldStop(TrainMetrics currentMetrics)
        {
            ArgumentNullException.ThrowIfNull(currentMetrics);
            float value = _metric == EarlyStoppingMetric.Accuracy ? currentMetrics.Accuracy : currentMetrics.CrossEntropy;
            float gain = CheckIncreasing ? value - _best : _best - value;
            if (gain < MinDelta) return ++_wait >= Patience;
            (_best, _wait) = (value, 0);
            return false;
        }

        /// <summary>The same rule before its first epoch.</summary>
        internal EarlyStopping Fresh() => new(MinDelta, Patience, _metric) { MinDelta = MinDelta, CheckIncreasing = CheckIncreasing };
    }
}
