using System.Globalization;

namespace MLTransfer;

/// <summary>
/// The classifier that is trained on a backbone's features: a linear layer, dropout before it, or a small perceptron. One word on the
/// command line and in model files: <c>linear</c>, <c>dropout:0.2</c>, <c>mlp:256:0.4</c>.
/// </summary>
public sealed record ClassifierHead
{
    private const int WidestHidden = 65_536;

    private ClassifierHead()
    {
    }

    /// <summary>One linear layer, after the dropout that the architecture itself has there, if any.</summary>
    public static ClassifierHead Linear { get; } = new();

    /// <summary>The width of the hidden layer; null where there is none.</summary>
    public int? HiddenWidth { get; private init; }

    /// <summary>
    /// The probability that an input of the last layer is set to zero in a training step; null: what the architecture has.
    /// </summary>
    public double? DropoutRate { get; private init; }

    /// <summary>Dropout, then one linear layer.</summary>
    /// <param name="rate">The probability that a feature is set to zero in a training step, from 0 to below 1. Default: 0.2.</param>
    /// <exception cref="ArgumentOutOfRangeException">The rate is outside that range.</exception>
    public static ClassifierHead Dropout(double rate = 0.2) => new() { DropoutRate = Checked(rate, nameof(rate)) };

    /// <summary>Linear(features, width) → ReLU → Dropout → Linear(width, classes).</summary>
    /// <param name="width">The width of the hidden layer, from 1 to 65,536. Default: 256.</param>
    /// <param name="dropout">The probability that a hidden unit is set to zero in a training step, from 0 to below 1. Default: 0.4.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is outside its range.</exception>
    public static ClassifierHead Mlp(int width = 256, double dropout = 0.4)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(width, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(width, WidestHidden);
        return new() { HiddenWidth = width, DropoutRate = Checked(dropout, nameof(dropout)) };
    }

    /// <summary>Parses what <see cref="ToString"/> writes; numbers at the end may be left out.</summary>
    /// <param name="text"><c>linear</c>, <c>dropout[:RATE]</c> or <c>mlp[:WIDTH[:RATE]]</c>; case is ignored.</param>
    /// <exception cref="FormatException">It is none of them, or a number is outside its range.</exception>
    public static ClassifierHead Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        ClassifierHead? head = text.ToLowerInvariant().Split(':') switch
        {
            ["linear"] => Linear,
            ["dropout"] => Dropout(),
            ["dropout", var rate] when ParseRate(rate) is { } value => Dropout(value),
            ["mlp"] => Mlp(),
            ["mlp", var width] when ParseWidth(width) is { } units => Mlp(units),
            ["mlp", var width, var rate] when (ParseWidth(width), ParseRate(rate)) is ({ } units, { } value) => Mlp(units, value),
            _ => null,
        };
        return head ?? throw new FormatException(
            $"There is no head '{text}'. It must be linear, dropout:RATE or mlp:WIDTH:RATE, such as dropout:0.2 or mlp:256:0.4, with a "
            + $"rate from 0 to below 1 and a width from 1 to {WidestHidden}.");
    }

    /// <summary>The head in one word.</summary>
    public override string ToString() => (HiddenWidth, DropoutRate) switch
    {
        ({ } width, var rate) => FormattableString.Invariant($"mlp:{width}:{rate}"),
        (_, { } rate) => FormattableString.Invariant($"dropout:{rate}"),
        _ => "linear",
    };

    private static double Checked(double rate, string name) =>
        rate is >= 0 and < 1 ? rate : throw new ArgumentOutOfRangeException(
            name, rate, "A dropout rate must be at least 0 and below 1.");

    private static double? ParseRate(string text) =>
        double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out double rate) && rate is >= 0 and < 1 ? rate
            : null;

    private static int? ParseWidth(string text) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int width) && width is >= 1 and <= WidestHidden ? width
            : null;
}
