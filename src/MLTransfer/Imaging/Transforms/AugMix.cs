using MLTransfer.Errors;
using MLTransfer.Imaging.Kernels;

namespace MLTransfer.Imaging.Transforms;

/// <summary>
/// Averages an image and several versions of it, each made by a chain of operations, with random weights (Hendrycks et al., 2019). As
/// torchvision's <c>AugMix</c>, with the operations done as on PIL images: torchvision does them on tensors here, which rounds differently.
/// </summary>
public sealed record AugMix : AugmentationPolicy
{
    private const int Bins = 10, DeepestByChance = 3, Most = 32;

    /// <summary>Creates the transform.</summary>
    /// <param name="severity">The number of magnitude bins used, from 1 to 10. Default 3.</param>
    /// <param name="mixtureWidth">The number of chains, from 1 to 32. Default 3.</param>
    /// <param name="chainDepth">Operations in a chain, at most 32; random from 1 to 3 where it is not positive. Default -1.</param>
    /// <param name="alpha">
    /// Concentration of the weights, from 0.001 to 1,000,000: small numbers let one prevail, large ones make all alike. Default 1.
    /// </param>
    /// <param name="allOperations">Whether brightness, color, contrast and sharpness are among the operations. Default true.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is out of its range.</exception>
    public AugMix(int severity = 3, int mixtureWidth = 3, int chainDepth = -1, double alpha = 1, bool allOperations = true)
    {
        Severity = Require.Between(1, severity, Bins, nameof(severity));
        MixtureWidth = Require.Between(1, mixtureWidth, Most, nameof(mixtureWidth));
        ChainDepth = Require.Between(int.MinValue, chainDepth, Most, nameof(chainDepth));
        Alpha = Require.Between(1e-3, alpha, 1e6, nameof(alpha));
        AllOperations = allOperations;
        Interpolation = Interpolation.Bilinear;
    }

    /// <summary>The number of magnitude bins used, from 1 to 10.</summary>
    public int Severity { get; }

    /// <summary>The number of chains.</summary>
    public int MixtureWidth { get; }

    /// <summary>Operations in a chain; random from 1 to 3 where it is not positive.</summary>
    public int ChainDepth { get; }

    /// <summary>Concentration of the weights.</summary>
    public double Alpha { get; }

    /// <summary>Whether brightness, color, contrast and sharpness are among the operations.</summary>
    public bool AllOperations { get; }

    private IReadOnlyList<AugmentationRange> Operations => AllOperations ? AugmentationSpaces.AugMix : AugmentationSpaces.AugMixGeometry;

    internal override void Change(ImageBuffer buffer, ref ImageRandom random)
    {
        Span<float> original = stackalloc float[2], weights = stackalloc float[MixtureWidth];
        SampleDirichlet(Alpha, original, ref random);
        SampleDirichlet(Alpha, weights, ref random);
        foreach (ref float weight in weights)
            weight *= original[1];
        Span<ChainStep> steps = stackalloc ChainStep[MixtureWidth * Math.Max(ChainDepth, DeepestByChance)];
        int count = 0;
        for (int chain = 0; chain < MixtureWidth; chain++)
        {
            int depth = ChainDepth > 0 ? ChainDepth : 1 + random.Below(DeepestByChance);
            for (int i = 0; i < depth; i++)
                steps[count++] = new ChainStep(chain, random.Below(Operations.Count), random.Below(Severity), random.Happens(0.5));
        }
        Mix(buffer, original[0], weights, steps[..count]);
    }

    /// <summary>Averages an image and the results of chains of operations.</summary>
    /// <param name="buffer">The image.</param>
    /// <param name="original">Its weight.</param>
    /// <param name="weights">The weights of the chains.</param>
    /// <param name="steps">The chains, one after the other.</param>
    internal void Mix(ImageBuffer buffer, float original, ReadOnlySpan<float> weights, ReadOnlySpan<ChainStep> steps)
    {
        using WeightedAverage average = new(buffer.Pixels, original);
        using ImageBuffer version = new();
        for (int chain = 0; chain < weights.Length; chain++)
        {
            version.Render(buffer.View, buffer.Whole);
            for (; !steps.IsEmpty && steps[0].Chain == chain; steps = steps[1..])
                Run(version, Operations[steps[0].Operation], steps[0].Bin, Bins, steps[0].Negative);
            average.Add(version.Pixels, weights[chain]);
        }
        average.CopyTo(buffer.Pixels);
    }

    /// <summary>Draws weights that add up to 1 from a symmetric Dirichlet distribution.</summary>
    internal static void SampleDirichlet(double alpha, Span<float> weights, ref ImageRandom random)
    {
        Span<double> parts = stackalloc double[weights.Length];
        double sum = 0;
        foreach (ref double part in parts)
            sum += part = random.Gamma(alpha);
        // With a very small concentration all parts may underflow to 0.
        for (int i = 0; i < weights.Length; i++)
            weights[i] = (float)(sum > 0 ? parts[i] / sum : 1.0 / weights.Length);
    }

    /// <summary>An operation of a chain.</summary>
    /// <param name="Chain">The chain, from 0.</param>
    /// <param name="Operation">The index of the operation.</param>
    /// <param name="Bin">The magnitude bin.</param>
    /// <param name="Negative">Whether the magnitude is negated, where it is signed.</param>
    internal readonly record struct ChainStep(int Chain, int Operation, int Bin, bool Negative);
}
