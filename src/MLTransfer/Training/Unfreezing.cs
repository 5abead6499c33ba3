using System.Globalization;
using MLTransfer.Errors;
using MLTransfer.Models;

namespace MLTransfer;

/// <summary>
/// From which epoch on which layers are trained; the head is trained from the first. One word on the command line: <c>none</c>,
/// <c>every:2</c>, <c>layer4@2,layer1@5</c>.
/// </summary>
public sealed record Unfreezing
{
    private const int MostEpochs = 99_999;

    private readonly int _every;
    private readonly string _steps;

    private Unfreezing(int every = 0, string steps = "") => (_every, _steps) = (every, steps);

    /// <summary>All layers that are trained at all are trained from the first epoch.</summary>
    public static Unfreezing None { get; } = new();

    /// <summary>
    /// At first only the head is trained, and after every so many epochs one more layer group, from output to input (Howard and Ruder
    /// 2018).
    /// </summary>
    /// <param name="epochs">The epochs, at least 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">The number is below 1 or above 99,999.</exception>
    public static Unfreezing Every(int epochs) => new(every: Require.Between(1, epochs, MostEpochs, nameof(epochs)));

    /// <summary>At first only the head is trained, and from an epoch on a layer and all after it.</summary>
    /// <param name="steps">
    /// Layers as <see cref="Layers.From"/> names them, and the epochs, from 1 to 99,999, that first train them.
    /// </param>
    /// <exception cref="ArgumentException">There is no step, or a layer has no name or no such epoch.</exception>
    public static Unfreezing At(params (string Layer, int Epoch)[] steps)
    {
        ArgumentNullException.ThrowIfNull(steps);
        return steps.Length > 0 && steps.All(step => !string.IsNullOrWhiteSpace(step.Layer) && step.Layer.IndexOfAny(['@', ',']) < 0
            && step.Epoch is >= 1 and <= MostEpochs)
            ? new(steps: string.Join(',', steps.Select(step => string.Create(CultureInfo.InvariantCulture, $"{step.Layer}@{step.Epoch}"))))
            : throw new ArgumentException(
                "Every step needs the name of a layer, without @ and commas, and an epoch from 1 to 99,999.", nameof(steps));
    }

    /// <summary>Parses what <see cref="ToString"/> writes.</summary>
    /// <param name="text"><c>none</c>, <c>every:EPOCHS</c>, or <c>LAYER@EPOCH</c> several times with commas.</param>
    /// <exception cref="FormatException">It is none of them.</exception>
    public static Unfreezing Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        if (text == "none") return None;
        if (text.Split(':') is ["every", var epochs] && Number(epochs) is { } every) return Every(every);
        string[][] steps = [.. text.Split(',').Select(step => step.Split('@'))];
        return steps.All(step => step.Length == 2 && !string.IsNullOrWhiteSpace(step[0]) && Number(step[1]) is not null)
            ? At([.. steps.Select(step => (step[0], Number(step[1])!.Value))])
            : throw new FormatException(
                $"There is no such order '{text}'. It must be none, every:EPOCHS, or LAYER@EPOCH once or several times, such as "
                + "layer4@2,layer1@5.");
    }

    /// <summary>The order in one word.</summary>
    public override string ToString() => this switch
    {
        { _every: > 0 } => $"every:{_every.ToString(CultureInfo.InvariantCulture)}",
        { _steps: "" } => "none",
        _ => _steps,
    };

    /// <summary>The index of the first layer group that is trained in an epoch; the count of groups when only the head is.</summary>
    /// <exception cref="ArgumentException">There is no such layer; the message names the nearest.</exception>
    internal int FirstTrained(ImageModel model, int epoch) => this switch
    {
        { _every: > 0 } => model.Groups.Count - Math.Min((epoch - 1) / _every, model.Groups.Count),
        { _steps: "" } => 0,
        _ => _steps.Split(',').Select(step => step.Split('@'))
            .Select(step => (First: model.FirstTrained(Layers.From(step[0])), Epoch: Number(step[1])))
            .Where(step => step.Epoch <= epoch).Select(step => step.First).DefaultIfEmpty(model.Groups.Count).Min(),
    };

    private static int? Number(string text) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int number) && number is >= 1 and <= MostEpochs
            ? number : null;
}
