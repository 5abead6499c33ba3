using System.Text.Json.Serialization;
using MLTransfer.Errors;
using MLTransfer.Imaging.Kernels;

namespace MLTransfer.Imaging.Transforms;

/// <summary>
/// Changes brightness, contrast, saturation and hue by random amounts, in random order. As torchvision's <c>ColorJitter</c>.
/// </summary>
public sealed record ColorJitter : BuiltInTransform
{
    private static readonly Interval Unchanged = new(1, 1);

    /// <summary>Changes by up to given amounts; the intervals can be set instead.</summary>
    /// <param name="brightness">Factors are drawn from max(0, 1 − brightness) to 1 + brightness. Default 0.</param>
    /// <param name="contrast">Factors are drawn from max(0, 1 − contrast) to 1 + contrast. Default 0.</param>
    /// <param name="saturation">Factors are drawn from max(0, 1 − saturation) to 1 + saturation. Default 0.</param>
    /// <param name="hue">The hue is rotated by −hue to hue, in turns; from 0 to 0.5. Default 0.</param>
    /// <exception cref="ArgumentOutOfRangeException">An amount is negative or too large.</exception>
    public ColorJitter(double brightness = 0, double contrast = 0, double saturation = 0, double hue = 0)
    {
        Brightness = Factors(brightness, nameof(brightness));
        Contrast = Factors(contrast, nameof(contrast));
        Saturation = Factors(saturation, nameof(saturation));
        Hue = Interval.Around(0, hue);
    }

    [JsonConstructor]
    private ColorJitter()
    {
    }

    /// <summary>Factors of brightness, at least 0: 0 is black, 1 changes nothing.</summary>
    /// <exception cref="ArgumentOutOfRangeException">An end is negative, or the lower end is above the upper.</exception>
    public Interval Brightness { get; init => field = value.NotNegative(nameof(Brightness)); } = Unchanged;

    /// <summary>Factors of contrast, at least 0: 0 is the mean gray, 1 changes nothing.</summary>
    /// <exception cref="ArgumentOutOfRangeException">An end is negative, or the lower end is above the upper.</exception>
    public Interval Contrast { get; init => field = value.NotNegative(nameof(Contrast)); } = Unchanged;

    /// <summary>Factors of saturation, at least 0: 0 is gray, 1 changes nothing.</summary>
    /// <exception cref="ArgumentOutOfRangeException">An end is negative, or the lower end is above the upper.</exception>
    public Interval Saturation { get; init => field = value.NotNegative(nameof(Saturation)); } = Unchanged;

    /// <summary>Rotation of the hue in turns, from -0.5 to 0.5: 0 changes nothing.</summary>
    /// <exception cref="ArgumentOutOfRangeException">An end is outside, or the lower end is above the upper.</exception>
    public Interval Hue { get; init => field = value.Within(-0.5, 0.5, nameof(Hue)); }

    internal override void Change(ImageBuffer buffer, ref ImageRandom random)
    {
        Span<int> order = [0, 1, 2, 3];
        random.Shuffle(order);
        double brightness = Brightness.Sample(ref random), contrast = Contrast.Sample(ref random);
        double saturation = Saturation.Sample(ref random), hue = Hue.Sample(ref random);
        foreach (int step in order)
        {
            if (step == 0 && Brightness != Unchanged)
                ColorOps.Brightness(buffer, brightness);
            else if (step == 1 && Contrast != Unchanged)
                ColorOps.Contrast(buffer, contrast);
            else if (step == 2 && Saturation != Unchanged)
                ColorOps.Saturation(buffer, saturation);
            else if (step == 3 && Hue != default)
                ColorOps.Hue(buffer, hue);
        }
    }

    private static Interval Factors(double amount, string name)
    {
        Require.NotNegative(amount, name);
        return new Interval(Math.Max(0, 1 - amount), 1 + amount);
    }
}
