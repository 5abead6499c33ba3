namespace MLTransfer.Vision;

public sealed partial class ImageClassificationTrainer
{
    /// <summary>What <see cref="Options.MetricsCallback"/> receives: one of its two parts.</summary>
    public sealed class ImageClassificationMetrics
    {
        /// <summary>The set that metrics are about.</summary>
        public enum Dataset
        {
            /// <summary>The training images.</summary>
            Train,

            /// <summary>The validation images.</summary>
            Validation,
        }

        /// <summary>The metrics of an epoch; null while features are computed.</summary>
        public TrainMetrics? Train { get; set; }

        /// <summary>An image whose features were computed; null while training.</summary>
        public BottleneckMetrics? Bottleneck { get; set; }

        /// <summary>The metrics in one line, in the current culture.</summary>
        public override string ToString() => Train?.ToString() ?? Bottleneck?.ToString() ?? "";
    }

    /// <summary>An image whose features were computed.</summary>
    public sealed class BottleneckMetrics
    {
        /// <summary>The set of the image.</summary>
        public ImageClassificationMetrics.Dataset DatasetUsed { get; set; }

        /// <summary>How many images of the set have features now, this one included.</summary>
        public int Index { get; set; }

        /// <summary>The metrics in one line.</summary>
        public override string ToString() =>
            $"Phase: Bottleneck Computation, Dataset used: {DatasetUsed,10}, Image Index: {Index,3}";
    }

    /// <summary>The metrics of an epoch on one set.</summary>
    public sealed class TrainMetrics
    {
        /// <summary>The set.</summary>
        public ImageClassificationMetrics.Dataset DatasetUsed { get; set; }

        /// <summary>How many batches the set has.</summary>
        public int BatchProcessedCount { get; set; }

        /// <summary>The epoch, from 0.</summary>
        public int Epoch { get; set; }

        /// <summary>
        /// The fraction of images classified correctly: of training images while training on them, of validation images after the epoch.
        /// </summary>
        public float Accuracy { get; set; }

        /// <summary>The mean cross entropy, likewise.</summary>
        public float CrossEntropy { get; set; }

        /// <summary>
        /// The learning rate of the epoch's last step; with <see cref="ImageClassificationMetrics.Dataset.Validation"/>, that of the
        /// options.
        /// </summary>
        public float LearningRate { get; set; }

        /// <summary>The metrics in one line, in the current culture.</summary>
        public override string ToString()
        {
            string result = $"Phase: Training, Dataset used: {DatasetUsed,10}, Batch Processed Count: {BatchProcessedCount,3}, "
                + $"Epoch: {Epoch,3}, Accuracy: {Accuracy,10}, Cross-Entropy: {CrossEntropy,10}";
            return DatasetUsed == ImageClassificationMetrics.Dataset.Train ? $"{result}, Learning Rate: {LearningRate,10}" : result;
        }
    }
}
