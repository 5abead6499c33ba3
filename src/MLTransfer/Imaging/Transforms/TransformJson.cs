using System.Collections.Frozen;
using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using MLTransfer.Errors;

namespace MLTransfer.Imaging.Transforms;

/// <summary>
/// Transforms as JSON, for model files, checkpoints and keys of caches: a list of objects whose <c>transform</c> names the kind, with
/// its settings. Stored names never change: properties that were renamed since keep their first name here.
/// </summary>
internal sealed class TransformJson : JsonConverter<IReadOnlyList<ImageTransform>>
{
    private const string Kind = "transform";

    private static readonly JsonSerializerOptions Options = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.KebabCaseLower, allowIntegerValues: false), new OneTransform() },
    };

    /// <summary>Stored names of properties that have another name in code.</summary>
    private static readonly FrozenDictionary<(Type, string), string> StoredNames = new Dictionary<(Type, string), string>
    {
        [(typeof(AugMix), "allOperations")] = "allOps",
        [(typeof(RandAugment), "operationCount")] = "numOps",
        [(typeof(RandAugment), "magnitudeBins")] = "numMagnitudeBins",
        [(typeof(TrivialAugmentWide), "magnitudeBins")] = "numMagnitudeBins",
        [(typeof(RandomAffine), "horizontalTranslation")] = "horizontalMove",
        [(typeof(RandomAffine), "verticalTranslation")] = "verticalMove",
    }.ToFrozenDictionary();

    /// <summary>Intervals stored as two numbers; the last one is stored as height / width, its ends exchanged.</summary>
    private static readonly FrozenDictionary<(Type, string), StoredInterval> StoredIntervals =
        new Dictionary<(Type, string), StoredInterval>
        {
            [(typeof(RandomResizedCrop), "scale")] = new("smallestArea", "largestArea"),
            [(typeof(RandomResizedCrop), "aspectRatio")] = new("narrowestShape", "widestShape"),
            [(typeof(RandomRotation), "degrees")] = new("smallestDegrees", "largestDegrees"),
            [(typeof(RandomAffine), "degrees")] = new("smallestDegrees", "largestDegrees"),
            [(typeof(RandomAffine), "scale")] = new("smallestScale", "largestScale"),
            [(typeof(RandomErasing), "scale")] = new("smallestArea", "largestArea"),
            [(typeof(RandomErasing), "aspectRatio")] = new("flattestShape", "steepestShape", Inverse: true),
        }.ToFrozenDictionary();

    private static ImmutableDictionary<string, Type> _kinds = ImmutableDictionary.CreateRange(StringComparer.Ordinal,
        new Dictionary<string, Type>
        {
            ["aug-mix"] = typeof(AugMix),
            ["auto-augment"] = typeof(AutoAugment),
            ["center-crop"] = typeof(CenterCrop),
            ["color-jitter"] = typeof(ColorJitter),
            ["elastic-transform"] = typeof(ElasticTransform),
            ["gaussian-blur"] = typeof(GaussianBlur),
            ["grayscale"] = typeof(Grayscale),
            ["horizontal-flip"] = typeof(RandomHorizontalFlip),
            ["pad"] = typeof(Pad),
            ["rand-augment"] = typeof(RandAugment),
            ["random-adjust-sharpness"] = typeof(RandomAdjustSharpness),
            ["random-affine"] = typeof(RandomAffine),
            ["random-apply"] = typeof(RandomApply),
            ["random-autocontrast"] = typeof(RandomAutocontrast),
            ["random-choice"] = typeof(RandomChoice),
            ["random-crop"] = typeof(RandomCrop),
            ["random-equalize"] = typeof(RandomEqualize),
            ["random-erasing"] = typeof(RandomErasing),
            ["random-grayscale"] = typeof(RandomGrayscale),
            ["random-invert"] = typeof(RandomInvert),
            ["random-order"] = typeof(RandomOrder),
            ["random-perspective"] = typeof(RandomPerspective),
            ["random-posterize"] = typeof(RandomPosterize),
            ["random-resized-crop"] = typeof(RandomResizedCrop),
            ["random-rotation"] = typeof(RandomRotation),
            ["random-solarize"] = typeof(RandomSolarize),
            ["resize"] = typeof(Resize),
            ["trivial-augment-wide"] = typeof(TrivialAugmentWide),
            ["vertical-flip"] = typeof(RandomVerticalFlip),
        });

    internal static IReadOnlyDictionary<string, Type> Kinds => _kinds;

    /// <exception cref="ArgumentException">
    /// The name is empty or taken, or the type is abstract or has another name.
    /// </exception>
    internal static void Register(Type type, string name)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        if (type.IsAbstract)
            throw new ArgumentException($"{type.Name} is abstract; register the transforms that derive from it.");
        ImmutableInterlocked.Update(ref _kinds, kinds => kinds.TryGetValue(name, out Type? taken)
            ? taken == type ? kinds : throw new ArgumentException(
                $"The name '{name}' belongs to the transform {taken.FullName}; choose another one for {type.FullName}.", nameof(name))
            : NameOf(type, kinds) is { } known ? throw new ArgumentException(
                $"The transform {type.FullName} is registered as '{known}' already; it can have only one name.", nameof(name))
            : kinds.Add(name, type));
    }

    /// <summary>Names the first transform that files cannot hold because it is not registered; null where all are.</summary>
    internal static string? ComplainAboutUnregistered(IReadOnlyList<ImageTransform> transforms) => transforms
        .Select(transform => transform is TransformGroup group ? ComplainAboutUnregistered(group.Transforms)
            : NameOf(transform.GetType(), _kinds) is null ? Unregistered(transform.GetType()) : null)
        .FirstOrDefault(complaint => complaint is not null);

    /// <exception cref="InvalidOperationException">A transform is not registered.</exception>
    internal static string Write(IReadOnlyList<ImageTransform> transforms) => JsonSerializer.Serialize(transforms, Options);

    /// <exception cref="InvalidDataException">The text does not describe transforms.</exception>
    internal static IReadOnlyList<ImageTransform> Read(string json)
    {
        try
        {
            return Checked(JsonSerializer.Deserialize<ImageTransform?[]>(json, Options));
        }
        // A transform's own validation throws ArgumentException.
        catch (Exception exception) when (exception is JsonException or ArgumentException or NotSupportedException)
        {
            throw new InvalidDataException($"The transforms cannot be read: {exception.Message}", exception);
        }
    }

    /// <inheritdoc/>
    public override IReadOnlyList<ImageTransform> Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        Checked(JsonSerializer.Deserialize<ImageTransform?[]>(ref reader, Options));

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, IReadOnlyList<ImageTransform> value, JsonSerializerOptions options) =>
        JsonSerializer.Serialize(writer, value, Options);

    private static ImageTransform[] Checked(ImageTransform?[]? read) =>
        read is not null && Array.TrueForAll(read, transform => transform is not null)
        ? [.. read.OfType<ImageTransform>()]
        : throw new JsonException("a list of transforms is expected, none of them null");

    private static string? NameOf(Type type, ImmutableDictionary<string, Type> kinds) =>
        kinds.FirstOrDefault(kind => kind.Value == type).Key;

    private static string Unregistered(Type type) =>
        $"the transform {type.FullName} has no name in files; call ImageTransform.Register<{type.Name}>(\"NAME\") first";

    private static string Unknown(string name, ICollection<string> known) =>
        $"there is no transform '{name}'. A transform of your own is made known by ImageTransform.Register before it is loaded; known are "
        + $"{string.Join(", ", known.Order(StringComparer.Ordinal))}.{NearestName.Suggest(name, [.. known])}";

    /// <summary>Two stored numbers that are an interval in code.</summary>
    private readonly record struct StoredInterval(string Least, string Most, bool Inverse = false)
    {
        internal IEnumerable<KeyValuePair<string, JsonNode?>> Split(JsonNode interval)
        {
            Interval value = Inverted(interval.Deserialize<Interval>(Options));
            return [new(Least, JsonValue.Create(value.Least)), new(Most, JsonValue.Create(value.Most))];
        }

        /// <summary>The interval of two numbers, which could be exchanged in files of earlier versions.</summary>
        internal JsonNode? Join(JsonObject stored)
        {
            if (!stored.ContainsKey(Least) && !stored.ContainsKey(Most))
                return null;
            double first = Take(stored, Least), second = Take(stored, Most);
            return JsonSerializer.SerializeToNode(Inverted(new Interval(Math.Min(first, second), Math.Max(first, second))), Options);
        }

        private static double Take(JsonObject stored, string name)
        {
            if (!stored.Remove(name, out JsonNode? number) || number is null)
                throw new JsonException($"'{name}' is missing");
            return number.Deserialize<double>(Options);
        }

        private Interval Inverted(Interval value) => Inverse ? new Interval(1 / value.Most, 1 / value.Least) : value;
    }

    private sealed class OneTransform : JsonConverter<ImageTransform>
    {
        public override ImageTransform? Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
        {
            if (JsonNode.Parse(ref reader) is not JsonObject stored || !stored.Remove(Kind, out JsonNode? kind))
                throw new JsonException($"an object with a '{Kind}' is expected for each transform");
            string name = kind.Deserialize<string>(Options) ?? "";
            if (!_kinds.TryGetValue(name, out Type? type))
                throw new JsonException(Unknown(name, [.. _kinds.Keys]));
            foreach (((Type owner, string property), string storedName) in StoredNames)
            {
                if (owner == type && stored.Remove(storedName, out JsonNode? value))
                    stored.Add(property, value);
            }
            foreach (((Type owner, string property), StoredInterval ends) in StoredIntervals)
            {
                if (owner == type && ends.Join(stored) is { } interval)
                    stored.Add(property, interval);
            }
            return (ImageTransform?)stored.Deserialize(type, options);
        }

        public override void Write(Utf8JsonWriter writer, ImageTransform value, JsonSerializerOptions options)
        {
            Type type = value.GetType();
            JsonObject stored = new() { [Kind] = NameOf(type, _kinds) ?? throw new InvalidOperationException(Unregistered(type)) };
            foreach ((string name, JsonNode? setting) in JsonSerializer.SerializeToNode(value, type, options)!.AsObject().ToArray())
            {
                if (setting is not null && StoredIntervals.TryGetValue((type, name), out StoredInterval ends))
                {
                    foreach (KeyValuePair<string, JsonNode?> end in ends.Split(setting))
                        stored.Add(end);
                }
                else
                {
                    stored.Add(StoredNames.GetValueOrDefault((type, name), name), setting?.DeepClone());
                }
            }
            stored.WriteTo(writer, options);
        }
    }
}
