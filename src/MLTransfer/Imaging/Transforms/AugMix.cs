using MLTransfer.Imaging.Kernels;

namespace MLTransfer.Imaging.Transforms;

/// <summary>
/// Mixes an image with several versions of itself, each made by a chain of operations, in random shares (Hendrycks et al., 2019). As
/// torchvision's
/// <c>AugMix</c>, with the operations done as on PIL images: torchvision does them on tensors here, which rounds differently.
/// </summary>
public sealed record AugMix : AugmentationPolicy
{
    private const int Bins = 10, DeepestByChance = 3, Most = 32;

    /// <summary>Creates the transform.</summary>
    /// <param name="severity">How strong the strongest operations are, from 1 to 10. Default 3.</param>
    /// <param name="mixtureWidth">How many chains are mixed, from 1 to 32. Default 3.</param>
    /// <param name="chainDepth">How many operations a chain has, at most 32; from 1 to 3 by chance where this is not positive. Default
    /// -1.</param>
    /// <param name="alpha">How even the shares are, above 0: small numbers let one prevail, large ones make all alike. Default 1.</param>
    /// <param name="allOps">Whether brightness, colour, contrast and sharpness are among the operations. Default
    /// <see langword="true"/>.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is out of its range.</exception>
    public AugMix(int severity = 3, int mixtureWidth = 3, int chainDepth = -1, double alpha = 1, bool allOps = true)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(severity, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(severity, Bins);
        ArgumentOutOfRangeException.ThrowIfLessThan(mixtureWidth, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(mixtureWidth, Most);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(chainDepth, Most);
        ArgumentOutOfRangeException.ThrowIfLessThan(alpha, 1e-3);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(alpha, 1e6);
        (Severity, MixtureWidth, ChainDepth, Alpha, AllOps) = (severity, mixtureWidth, chainDepth, alpha, allOps);
        Interpolation = Interpolation.Bilinear;
    }

    /// <summary>How strong the strongest operations are, from 1 to 10.</summary>
    public int Severity { get; }

    /// <summary>How many chains are mixed.</summary>
    public int MixtureWidth { get; }

    /// <summary>How many operations a chain has; from 1 to 3 by chance where this is not positive.</summary>
    public int ChainDepth { get; }

    /// <summary>How even the shares are.</summary>
    public double Alpha { get; }

    /// <summary>Whether brightness, colour, contrast and sharpness are among the operations.</summary>
    public bool AllOps { get; }

    private IReadOnlyList<OperationRange> Operations => AllOps ? OperationSpaces.AugMix : OperationSpaces.AugMixGeometry;

    internal override void Change(Canvas canvas, ref ImageRandom random)
    {
        Span<float> original = stackalloc float[2], shares = stackalloc float[MixtureWidth];
        Dirichlet.Sample(Alpha, original, ref random);
        Dirichlet.Sample(Alpha, shares, ref random);
        foreach (ref float share in shares)
            share *= original[1];
        Span<ChainStep> steps = stackalloc ChainStep[MixtureWidth * Math.Max(ChainDepth, DeepestByChance)];
        int count = 0;
        for (int chain = 0; chain < MixtureWidth; chain++)
        {
            int depth = ChainDepth > 0 ? ChainDepth : 1 + random.Below(DeepestByChance);
            for (int i = 0; i < depth; i++)
                steps[count++] = new ChainStep(chain, random.Below(Operations.Count), random.Below(Severity), random.Happens(0.5));
        }
        Mix(canvas, original[0], shares, steps[..count]);
    }

    /// <summary>Mixes an image with what chains of operations make of it.</summary>
    /// <param name="canvas">The image.</param>
    /// <param name="original">Its own share.</param>
    /// <param name="shares">Those of the chains.</param>
    /// <param name="steps">The chains, one after the other.</param>
    internal void Mix(Canvas canvas, float original, ReadOnlySpan<float> shares, ReadOnlySpan<ChainStep> steps)
    {
        using Mixture mixture = new(canvas.Pixels, original);
        using Canvas version = new();
        for (int chain = 0; chain < shares.Length; chain++)
        {
            version.Show(canvas.View, canvas.Whole);
            for (; !steps.IsEmpty && steps[0].Chain == chain; steps = steps[1..])
                Do(version, Operations[steps[0].Operation], steps[0].Bin, Bins, steps[0].Negative);
            mixture.Add(version.Pixels, shares[chain]);
        }
        mixture.CopyTo(canvas.Pixels);
    }
}
