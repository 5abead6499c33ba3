using MLTransfer.Weights;
using TorchSharp;
using static TorchSharp.torch;

namespace MLTransfer.Training;

/// <summary>
/// How unlike the training images an image is: the squared Mahalanobis distance of its features to the nearest class, with the covariance
/// within classes, less that to the mean of all, with the covariance of all (Ren et al. 2021, https://arxiv.org/abs/2106.09022). With
/// z = features − mean of all it is zᵀQz + min over classes (c − 2 z · a), where P inverts the covariance within classes,
/// Q = P − P of all, a = P m and c = mᵀP m for a class of mean m.
/// </summary>
internal sealed class FeatureDistance : IDisposable
{
    /// <summary>What the names of the stored tensors begin with.</summary>
    internal const string Prefix = "rejection.";

    // Of the covariances, as there are often fewer images than features: towards a multiple of the unit matrix.
    private const double Shrinkage = 0.05;

    // In double precision, and so a few megabytes.
    private const long RowsAtOnce = 1024;

    private readonly Tensor _mean, _quadratic, _linear, _constant;

    private FeatureDistance(Tensor mean, Tensor quadratic, Tensor linear, Tensor constant)
    {
        (_mean, _quadratic, _linear, _constant) = (mean, quadratic, linear, constant);
        foreach (Tensor kept in Parts.Select(part => part.Tensor)) kept.DetachFromDisposeScope();
    }

    private (string Name, Tensor Tensor)[] Parts =>
        [("mean", _mean), ("quadratic", _quadratic), ("linear", _linear), ("constant", _constant)];

    /// <summary>Learns what training images look like.</summary>
    /// <param name="blocks">Features of training images, (N, width) in blocks, finite; they are gone through twice.</param>
    /// <param name="labels">Their classes, (N).</param>
    public static FeatureDistance Fit(IEnumerable<Tensor> blocks, Tensor labels)
    {
        using var scope = NewDisposeScope();
        using var still = no_grad();
        // A class all of whose images are unreadable has no mean.
        long[] classes = labels.cpu().data<long>().ToArray(), present = [.. classes.Distinct().Order()];
        Tensor positions = tensor([.. classes.Select(label => (long)Array.BinarySearch(present, label))]);
        Tensor mean = Mean(blocks, classes.Length), counts = zeros(present.Length, 1, dtype: ScalarType.Float64);
        long width = mean.shape[0], images = 0;
        Tensor sums = zeros(present.Length, width, dtype: ScalarType.Float64), whole = zeros(width, width, dtype: ScalarType.Float64);
        foreach (Tensor block in blocks)
        {
            using var ofBlock = NewDisposeScope();
            foreach (Tensor features in block.cpu().split(RowsAtOnce))
            {
                using var part = NewDisposeScope();
                long rows = features.shape[0];
                Tensor centered = features.to(ScalarType.Float64) - mean, index = positions.narrow(0, images, rows);
                whole.add_(centered.t().matmul(centered));
                sums.index_add_(0, index, centered, 1);
                counts.index_add_(0, index, ones(rows, 1, dtype: ScalarType.Float64), 1);
                images += rows;
            }
        }

        // What is left of the squares within classes: all, less those of the means.
        Tensor means = sums / counts, within = Inverse((whole - sums.t().matmul(means)) / images), linear = means.matmul(within);
        return new(Rounded(mean), Rounded(within - Inverse(whole / images)), Rounded(linear), Rounded((linear * means).sum([1])));
    }

    /// <summary>The distances of features (N, width): (N), float32.</summary>
    public Tensor Of(Tensor features)
    {
        using var scope = NewDisposeScope();
        using var still = no_grad();
        Tensor[] parts = [.. features.cpu().split(RowsAtOnce).Select(Part)];
        return cat(parts).MoveToOuterDisposeScope();

        Tensor Part(Tensor rows)
        {
            using var part = NewDisposeScope();
            Tensor from = rows.to(ScalarType.Float64) - _mean;
            Tensor nearest = (_constant - 2 * from.matmul(_linear.t())).min(1).values;
            return ((from.matmul(_quadratic) * from).sum([1]) + nearest).to(ScalarType.Float32).MoveToOuterDisposeScope();
        }
    }

    /// <summary>The tensors that <see cref="Load"/> reads, in float32.</summary>
    public IEnumerable<StoredTensor> Save() => Parts.Select(part =>
    {
        using Tensor single = part.Tensor.to(ScalarType.Float32).contiguous();
        return new StoredTensor(Prefix + part.Name, TensorType.Float32, single.shape, single.bytes.ToArray());
    });

    /// <summary>Reads what <see cref="Save"/> wrote.</summary>
    /// <param name="stored">The tensors of a model file by name.</param>
    /// <param name="width">The width of the features.</param>
    /// <param name="classes">The most classes.</param>
    /// <exception cref="InvalidDataException">Tensors are missing, of another shape, or not finite.</exception>
    public static FeatureDistance Load(IReadOnlyDictionary<string, StoredTensor> stored, int width, int classes)
    {
        using var scope = NewDisposeScope();
        long known = Shape("constant") is [var count] && count >= 1 && count <= classes ? count : -1;
        return new(Read("mean", [width]), Read("quadratic", [width, width]), Read("linear", [known, width]), Read("constant", [known]));

        long[]? Shape(string name) => stored.TryGetValue(Prefix + name, out StoredTensor? tensor) ? tensor.Shape : null;

        Tensor Read(string name, long[] shape)
        {
            if (!stored.TryGetValue(Prefix + name, out StoredTensor? tensor) || tensor.Type != TensorType.Float32
                || !tensor.Shape.SequenceEqual(shape))
            {
                throw new InvalidDataException(
                    $"The model file describes a rejection by distance, and has no tensor '{Prefix}{name}' for it.");
            }

            Tensor read = empty(shape);
            TorchTensors.CopyTo(read, tensor);
            return read.isfinite().all().item<bool>()
                ? read.to(ScalarType.Float64)
                : throw new InvalidDataException($"The tensor '{Prefix}{name}' of the model file holds NaN or infinity.");
        }
    }

    public void Dispose()
    {
        foreach (Tensor kept in Parts.Select(part => part.Tensor)) kept.Dispose();
    }

    private static Tensor Mean(IEnumerable<Tensor> blocks, long images)
    {
        using var scope = NewDisposeScope();
        Tensor sum = zeros(1, dtype: ScalarType.Float64);
        foreach (Tensor block in blocks)
        {
            using var part = NewDisposeScope();
            sum = (sum + block.cpu().sum([0], type: ScalarType.Float64)).MoveToOuterDisposeScope();
        }

        return (sum / images).MoveToOuterDisposeScope();
    }

    private static Tensor Inverse(Tensor covariance)
    {
        Tensor diagonal = covariance.diagonal();
        // Features that never differ have no covariance at all.
        double even = Math.Max(diagonal.mean().item<double>(), 1e-12);
        return linalg.inv((1 - Shrinkage) * covariance + Shrinkage * even * eye(covariance.shape[0], dtype: ScalarType.Float64));
    }

    // A model that is loaded has the distances of the one that was saved.
    private static Tensor Rounded(Tensor exact) => exact.to(ScalarType.Float32).to(ScalarType.Float64);
}
