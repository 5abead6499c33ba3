using TorchSharp;
using static TorchSharp.torch;

namespace MLTransfer.Evaluation.Inspection;

/// <summary>
/// Many multinomial logistic regressions on the same features, each trained on its own selection of rows, all at once: a step is two matrix
/// products for all of them together. Each minimizes the mean cross-entropy of its rows plus half its penalty times the squared weights
/// (biases are free), by Nesterov's accelerated gradient method with restarts (O'Donoghue and Candès 2015).
/// </summary>
internal sealed class LinearHeads : IDisposable
{
    private const int Steps = 120, PowerSteps = 12;

    // Power iteration approaches the largest eigenvalue from below.
    private const double Safety = 1.1;

    // The size of the gradient, relative to the first one, at which a head is trained.
    private const double Tolerance = 1e-3;

    // Numbers in the logits of the heads that are trained together: 16 MiB.
    private const long MostNumbers = 1 << 22;

    private readonly Tensor _features;
    private readonly Tensor _targets;
    private readonly int _classes;
    private readonly Action<int, int> _progress;

    /// <param name="features">Features (n, d), which are standardized here: the mean of a column becomes 0, that of a row's squared length
    /// 1.</param>
    /// <param name="labels">The class of each row.</param>
    /// <param name="classes">The number of classes.</param>
    /// <param name="progress">Receives how many of the heads that are asked for are trained, and how many these are.</param>
    public LinearHeads(Tensor features, IReadOnlyList<int> labels, int classes, Action<int, int> progress)
    {
        using var scope = NewDisposeScope();
        (_classes, _progress) = (classes, progress);
        Tensor centered = features - features.mean([0], keepdim: true);
        Tensor deviation = centered.square().mean([0], keepdim: true).sqrt();
        // A column without variation, such as that of a dead unit, tells nothing.
        Tensor scaled = where(deviation > 1e-6f, centered / deviation.clamp(1e-6), zeros_like(centered));
        Tensor length = scaled.square().sum(1).mean().sqrt().clamp(1e-6);
        _features = cat([scaled / length, ones(features.shape[0], 1, device: features.device)], 1).DetachFromDisposeScope();
        _targets = nn.functional.one_hot(tensor(labels.Select(label => (long)label).ToArray(), device: features.device), classes)
            .to(ScalarType.Float32).DetachFromDisposeScope();
    }

    /// <summary>Trains heads, and returns the probabilities of some rows by each.</summary>
    /// <param name="heads">The rows that each head is trained on and its penalty, and the rows that it is asked for.</param>
    /// <param name="cancel">Stops after the current step.</param>
    /// <returns>For each head the probabilities (rows asked for × classes), row by row.</returns>
    /// <exception cref="OperationCanceledException">The token was canceled.</exception>
    public IReadOnlyList<float[]> Probabilities(IReadOnlyList<HeadRows> heads, CancellationToken cancel)
    {
        if (heads.Count == 0) return [];
        int together = (int)Math.Clamp(MostNumbers / ((long)_classes * _features.shape[0]), 1, heads.Count);
        List<float[]> probabilities = [];
        foreach (HeadRows[] some in heads.Chunk(together))
        {
            _progress(probabilities.Count, heads.Count);
            using var scope = NewDisposeScope();
            using var still = no_grad();
            Tensor weights = Train(some, cancel);
            for (int head = 0; head < some.Length; head++)
            {
                using var inner = NewDisposeScope();
                Tensor asked = _features.index_select(0, Indices(some[head].Asked));
                probabilities.Add(asked.mm(weights.select(1, head)).softmax(1).cpu().contiguous().data<float>().ToArray());
            }
        }

        return probabilities;
    }

    public void Dispose()
    {
        _features.Dispose();
        _targets.Dispose();
    }

    /// <summary>The weights (d + 1, heads, classes), the bias last.</summary>
    private Tensor Train(HeadRows[] heads, CancellationToken cancel)
    {
        long width = _features.shape[1];
        Tensor share = Shares(heads), penalty = ones([width, 1], device: _features.device).mul(
            tensor(heads.Select(head => (float)head.Penalty).ToArray(), device: _features.device));
        penalty[-1] = 0f;
        // The Hessian of the mean cross-entropy is at most half the second moments of the features (Böhning 1992).
        Tensor rate = (LargestEigenvalues(share) / 2 + penalty[0]).reciprocal().view(1, -1, 1);
        penalty = penalty.unsqueeze(2);
        Tensor weights = zeros([width, heads.Length, _classes], device: _features.device), ahead = weights.clone();
        Tensor momentum = ones([1, heads.Length, 1], device: _features.device);
        Tensor? first = null;
        for (int step = 0; step < Steps; step++)
        {
            cancel.ThrowIfCancellationRequested();
            using var scope = NewDisposeScope();
            Tensor gradient = Gradient(ahead, share) + penalty * ahead;
            Tensor size = gradient.square().sum([0, 2]).sqrt();
            first ??= size.clone().MoveToOuterDisposeScope();
            if ((size <= Tolerance * first).all().item<bool>()) break;
            Tensor next = ahead - rate * gradient;
            Tensor moved = next - weights;
            Tensor restart = (gradient * moved).sum([0, 2], keepdim: true) > 0;
            Tensor grown = (1 + (1 + 4 * momentum.square()).sqrt()) / 2;
            Tensor carried = where(restart, zeros_like(momentum), (momentum - 1) / grown);
            ahead.copy_(next + carried * moved);
            weights.copy_(next);
            momentum.copy_(where(restart, ones_like(momentum), grown));
        }

        return weights;
    }

    /// <summary>The part that each row has in the loss of each head: (rows, heads).</summary>
    private Tensor Shares(HeadRows[] heads)
    {
        Tensor share = zeros([_features.shape[0], heads.Length], device: _features.device);
        for (int head = 0; head < heads.Length; head++)
            share.select(1, head).index_fill_(0, Indices(heads[head].Trained), 1f / heads[head].Trained.Count);
        return share;
    }

    private Tensor Gradient(Tensor weights, Tensor share)
    {
        long heads = weights.shape[1];
        Tensor errors = _features.mm(weights.flatten(1)).view(-1, heads, _classes).softmax(2);
        errors.sub_(_targets.unsqueeze(1)).mul_(share.unsqueeze(2));
        return _features.t().mm(errors.flatten(1)).view(-1, heads, _classes);
    }

    private Tensor LargestEigenvalues(Tensor share)
    {
        Tensor vectors = ones([_features.shape[1], share.shape[1]], device: _features.device), lengths = ones([share.shape[1]]);
        for (int step = 0; step < PowerSteps; step++)
        {
            vectors = _features.t().mm(_features.mm(vectors) * share);
            lengths = vectors.square().sum([0]).sqrt().clamp(1e-12);
            vectors /= lengths;
        }

        return lengths * Safety;
    }

    private Tensor Indices(IReadOnlyList<int> rows) => tensor(rows.Select(row => (long)row).ToArray(), device: _features.device);
}

/// <summary>What a head is trained on, and what it is asked for.</summary>
/// <param name="Trained">The rows it is trained on, at least one.</param>
/// <param name="Asked">The rows whose probabilities are wanted.</param>
/// <param name="Penalty">The factor of half the squared weights.</param>
internal sealed record HeadRows(IReadOnlyList<int> Trained, IReadOnlyList<int> Asked, double Penalty);
