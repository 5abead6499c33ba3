using System.Globalization;
using MLTransfer.Models;
using TorchSharp;
using static TorchSharp.torch;

namespace MLTransfer;

/// <summary>
/// The classifier that is trained on a backbone's features: a linear layer, dropout before it, a perceptron, or a module of your own. One
/// word on the command line and in model files: <c>linear</c>, <c>dropout:0.2</c>, <c>mlp:256:0.4</c>, <c>mlp:4096,256:0.4</c>, or the
/// name of a registered one.
/// </summary>
public sealed record ClassifierHead
{
    private const int WidestHidden = 65_536;
    private const int MostHidden = 16;

    private ClassifierHead()
    {
    }

    /// <summary>One linear layer, after the dropout that the architecture itself has there, if any.</summary>
    public static ClassifierHead Linear { get; } = new();

    /// <summary>The widths of the hidden layers, from input to output; empty where there is none.</summary>
    public IReadOnlyList<int> HiddenWidths { get; private init; } = [];

    /// <summary>
    /// The probability that an input of the last layer, and of each after a hidden one, is set to zero in a training step; null: what the
    /// architecture has.
    /// </summary>
    public double? DropoutRate { get; private init; }

    /// <summary>The name that <see cref="Register"/> gave it; null where it is none of your own.</summary>
    public string? Name { get; private init; }

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
        return new() { HiddenWidths = [width], DropoutRate = Checked(dropout, nameof(dropout)) };
    }

    /// <summary>Linear → ReLU → Dropout for each hidden layer, then Linear(last width, classes).</summary>
    /// <param name="widths">The widths of the hidden layers, 1 to 16 of them, each from 1 to 65,536.</param>
    /// <param name="dropout">The probability that a hidden unit is set to zero in a training step, from 0 to below 1. Default: 0.4.</param>
    /// <exception cref="ArgumentException">There is no width, or more than 16.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A number is outside its range.</exception>
    public static ClassifierHead Mlp(IReadOnlyList<int> widths, double dropout = 0.4)
    {
        ArgumentNullException.ThrowIfNull(widths);
        if (widths.Count is < 1 or > MostHidden)
            throw new ArgumentException($"There are {widths.Count} widths; a head has 1 to {MostHidden} hidden layers.", nameof(widths));
        return new()
        {
            HiddenWidths = [.. widths.SelectMany(width => Mlp(width).HiddenWidths)], DropoutRate = Checked(dropout, nameof(dropout)),
        };
    }

    /// <summary>
    /// Adds a head of your own for the rest of the process, after building it once to check it. Options, <see cref="Parse"/> and model
    /// files find it by its name from then on; a model file holds its weights and its name but not its code: register it before loading.
    /// It may end with log-softmax: the cross entropy of its output is then the negative log-likelihood, the scores the same probabilities.
    /// </summary>
    /// <param name="name">Its name: letters, digits, '_', '-' and '.'; case is ignored.</param>
    /// <param name="build">
    /// Builds the module with random weights, from features (N, features) to logits (N, classes), given the numbers of features and of
    /// classes; a new one at each call, from any thread.
    /// </param>
    /// <returns>The head.</returns>
    /// <exception cref="ArgumentException">The name has other characters, or there is a head of that name.</exception>
    /// <exception cref="InvalidOperationException">The module cannot be used; the message says why.</exception>
    /// <exception cref="DllNotFoundException">libtorch cannot be loaded; the message says what to add or install.</exception>
    public static ClassifierHead Register(string name, Func<int, int, nn.Module<Tensor, Tensor>> build)
    {
        OwnHeads.Add(name, build);
        return new() { Name = name };
    }

    /// <summary>Parses what <see cref="ToString"/> writes; numbers at the end may be left out.</summary>
    /// <param name="text">
    /// <c>linear</c>, <c>dropout[:RATE]</c>, <c>mlp[:WIDTH[,WIDTH...][:RATE]]</c> or the name of a registered head; case is ignored.
    /// </param>
    /// <exception cref="FormatException">It is none of them, or a number is outside its range.</exception>
    public static ClassifierHead Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        if (OwnHeads.NameOf(text) is { } own) return new() { Name = own };
        ClassifierHead? head = text.ToLowerInvariant().Split(':') switch
        {
            ["linear"] => Linear,
            ["dropout"] => Dropout(),
            ["dropout", var rate] when ParseRate(rate) is { } value => Dropout(value),
            ["mlp"] => Mlp(),
            ["mlp", var widths] when ParseWidths(widths) is { } units => Mlp(units),
            ["mlp", var widths, var rate] when (ParseWidths(widths), ParseRate(rate)) is ({ } units, { } value) => Mlp(units, value),
            _ => null,
        };
        return head ?? throw new FormatException(
            $"There is no head '{text}'. It must be linear, dropout:RATE or mlp:WIDTH:RATE, such as dropout:0.2, mlp:256:0.4 or "
            + $"mlp:4096,256:0.4 with two hidden layers, with a rate from 0 to below 1 and 1 to {MostHidden} widths from 1 to "
            + $"{WidestHidden}{OwnHeads.Listed}.");
    }

    /// <summary>The head in one word.</summary>
    public override string ToString() => this switch
    {
        { Name: { } name } => name,
        { HiddenWidths: [_, ..] } => string.Create(
            CultureInfo.InvariantCulture, $"mlp:{string.Join(',', HiddenWidths)}:{DropoutRate}"),
        { DropoutRate: { } rate } => string.Create(CultureInfo.InvariantCulture, $"dropout:{rate}"),
        _ => "linear",
    };

    /// <summary>Whether both have the same word.</summary>
    public bool Equals(ClassifierHead? other) => other is not null && ToString() == other.ToString();

    /// <inheritdoc/>
    public override int GetHashCode() => ToString().GetHashCode(StringComparison.Ordinal);

    /// <summary>Whether the weights of one fit into the other; dropout has none.</summary>
    internal bool HasLayersOf(ClassifierHead other) => Name == other.Name && HiddenWidths.SequenceEqual(other.HiddenWidths);

    private static double Checked(double rate, string name) =>
        rate is >= 0 and < 1 ? rate : throw new ArgumentOutOfRangeException(
            name, rate, "A dropout rate must be at least 0 and below 1.");

    private static double? ParseRate(string text) =>
        double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out double rate) && rate is >= 0 and < 1 ? rate
            : null;

    private static int[]? ParseWidths(string text)
    {
        int?[] widths = [.. text.Split(',').Select(ParseWidth)];
        return widths.Length <= MostHidden && widths.All(width => width is not null) ? [.. widths.Select(width => width!.Value)] : null;
    }

    private static int? ParseWidth(string text) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int width) && width is >= 1 and <= WidestHidden ? width
            : null;
}
