using System.Collections.Frozen;
using MLTransfer.Errors;
using MLTransfer.Models.Families;

namespace MLTransfer.Models;

/// <summary>
/// All backbones, those of this library and those that <see cref="Register"/> adds. A new family of this library is one file and one line
/// here. Safe for use from several threads.
/// </summary>
public static class ModelZoo
{
    private const int LongestName = 120;
    private static readonly Lock Registration = new();
    private static volatile Entries _entries = new(
        new[]
        {
            AlexNet.Variants,
            CifarResNet.Variants,
            ConvNeXt.Variants,
            DenseNet.Variants,
            EfficientNet.Variants,
            GoogLeNet.Variants,
            InceptionV3.Variants,
            MaxVit.Variants,
            MnasNet.Variants,
            MobileNetV1.Variants,
            MobileNetV2.Variants,
            MobileNetV3.Variants,
            RegNet.Variants,
            ResNet.Variants,
            ShuffleNetV2.Variants,
            SmallResNet.Variants,
            SqueezeNet.Variants,
            SwinTransformer.Variants,
            Vgg.Variants,
            VisionTransformer.Variants,
        }.SelectMany(variants => variants));

    /// <summary>Every backbone, sorted by name.</summary>
    public static IReadOnlyList<Backbone> All => _entries.Sorted;

    /// <summary>The backbone of that name; case is ignored.</summary>
    /// <exception cref="ArgumentException">There is none; the message names the nearest and all there are.</exception>
    public static Backbone Find(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        if (TryFind(name) is { } backbone) return backbone;
        IEnumerable<string> names = All.Select(known => known.Name);
        throw new ArgumentException(
            $"There is no backbone '{name}'.{NearestName.Suggest(name, names)} Known backbones: {string.Join(", ", names)}.",
            nameof(name));
    }

    /// <summary>
    /// Adds a backbone of your own for the rest of the process, after <see cref="Backbone.Verify"/>. Options find it by its name from then
    /// on; so do model files, which hold its weights and its name but not its code: register it before loading them.
    /// </summary>
    /// <exception cref="ArgumentException">There is a backbone of that name; case is ignored.</exception>
    /// <exception cref="InvalidOperationException">The network violates the requirements of <see cref="Backbone.Verify"/>; the message says
    /// how.</exception>
    /// <exception cref="DllNotFoundException">libtorch cannot be loaded; the message says what to add or install.</exception>
    public static void Register(Backbone backbone)
    {
        ArgumentNullException.ThrowIfNull(backbone);
        CheckIsNew(backbone);
        backbone.Verify();
        lock (Registration)
        {
            CheckIsNew(backbone);
            _entries = new(_entries.Sorted.Append(backbone));
        }
    }

    /// <summary>The backbone of that name; case is ignored; null where there is none.</summary>
    internal static Backbone? TryFind(string name) => _entries.ByName.GetValueOrDefault(name);

    /// <summary>The backbone that a model file names.</summary>
    /// <exception cref="InvalidDataException">There is none; the message says that a custom backbone must be registered first.</exception>
    internal static Backbone FindForModelFile(string name) => TryFind(name) ?? throw new InvalidDataException(
        $"The model was trained on the backbone '{Printable.Sanitize(name, LongestName)}', which is not registered here. If it is your "
        + $"own, register it before loading the model: {nameof(ModelZoo)}.{nameof(Register)}; otherwise a newer version of MLTransfer "
        + "wrote the model, or the file is damaged.");

    private static void CheckIsNew(Backbone backbone)
    {
        if (TryFind(backbone.Name) is { } known)
            throw new ArgumentException($"There is a backbone '{known.Name}' already; choose another name.", nameof(backbone));
    }

    private sealed class Entries(IEnumerable<Backbone> backbones)
    {
        public IReadOnlyList<Backbone> Sorted { get; } = [.. backbones.OrderBy(backbone => backbone.Name, StringComparer.Ordinal)];

        public FrozenDictionary<string, Backbone> ByName { get; } =
            backbones.ToFrozenDictionary(backbone => backbone.Name, StringComparer.OrdinalIgnoreCase);
    }
}
