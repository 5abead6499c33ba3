using System.Collections.Concurrent;
using System.Globalization;
using System.Reflection;
using MLTransfer.Errors;

namespace MLTransfer.Training;

/// <summary>
/// Describes a property of the training options. The command line, the check of values, the fingerprint of a checkpoint and
/// <c>docs/options.md</c> are made from it, so that a new option is one property.
/// </summary>
/// <param name="help">What the option does, as <c>mlt train --help</c> says it, without its default; there, <c>--threads</c> and
/// <c>--max-pixels</c> have the help and the range that they have in all commands.</param>
[AttributeUsage(AttributeTargets.Property)]
internal sealed class TrainingOptionAttribute(string help) : Attribute
{
    public string Help => help;

    /// <summary>The option of <c>mlt train</c>; null where there is none, and then <see cref="NotTyped"/> says why.</summary>
    public string? CommandLine { get; init; }

    public string? NotTyped { get; init; }

    /// <summary>An option of earlier versions, which is still understood and no longer shown.</summary>
    public string? FormerCommandLine { get; init; }

    /// <summary>How the help writes the value: the name of a value, or the words for an enum's values in their order.</summary>
    public string? Shape { get; init; }

    /// <summary>The default in words, where the property's own value does not say it.</summary>
    public string? Default { get; init; }

    /// <summary>The property that has the value where this one has none.</summary>
    public string? DefaultFrom { get; init; }

    /// <summary>The range of a number.</summary>
    public NumberRange Range { get; init; }

    /// <summary>The least whole number: of the property with <see cref="NumberRange.Between"/>, and of the command line.</summary>
    public int Least { get; init; }

    /// <summary>The greatest whole number: of the property with <see cref="NumberRange.Between"/>, and of the command line.</summary>
    public int Most { get; init; }

    /// <summary>The word for 0 on the command line, where numbers then begin at 1.</summary>
    public string? WordForZero { get; init; }

    /// <summary>How much of the property's unit one of the command line is.</summary>
    public long Unit { get; init; } = 1;

    /// <summary>Why the other kind of training does not have the option, for the error that refuses it there.</summary>
    public string? OnlyHere { get; init; }

    /// <summary>Why a training may resume from its checkpoint with another value; null where it may not.</summary>
    public string? MayChange { get; init; }

    /// <summary>The entries of the checkpoint's fingerprint that cover the value; null for one of the property's name.</summary>
    public string? ComparedAs { get; init; }

    /// <summary>
    /// The value, as the fingerprint writes it, that every training had before there was the option: a checkpoint does not mention it, so
    /// that one from then can still be resumed. Null for the options of the first version.
    /// </summary>
    public string? Formerly { get; init; }
}

/// <summary>Which numbers an option may have.</summary>
internal enum NumberRange
{
    /// <summary>Any number, or the option is not a number.</summary>
    Any,

    /// <summary>Whole numbers from the least to the greatest.</summary>
    Between,

    /// <summary>Greater than 0 and finite.</summary>
    Positive,

    /// <summary>At least 0 and finite.</summary>
    NotNegative,

    /// <summary>From 0 to below 1.</summary>
    Fraction,

    /// <summary>Greater than 0, and at most 1.</summary>
    Ratio,
}

/// <summary>A property of the training options together with its description.</summary>
internal sealed class TrainingOption
{
    private static readonly ConcurrentDictionary<Type, IReadOnlyList<TrainingOption>> Known = new();

    private readonly PropertyInfo _property;
    private readonly bool _isNullable;

    private TrainingOption(PropertyInfo property, TrainingOptionAttribute facts)
    {
        (_property, Facts) = (property, facts);
        _isNullable = new NullabilityInfoContext().Create(property).ReadState == NullabilityState.Nullable;
    }

    public TrainingOptionAttribute Facts { get; }

    public string Name => _property.Name;

    /// <summary>The type of its values.</summary>
    public Type Type => Nullable.GetUnderlyingType(_property.PropertyType) ?? _property.PropertyType;

    /// <summary>The record that declares it.</summary>
    public Type Owner => _property.DeclaringType!;

    /// <summary>The options of a record: those of its base records first, each in the order of declaration.</summary>
    public static IReadOnlyList<TrainingOption> Of(Type options) => Known.GetOrAdd(options, static type =>
    [
        .. type.GetProperties(BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic)
            .Select(property => (property, facts: property.GetCustomAttribute<TrainingOptionAttribute>()))
            .Where(each => each.facts is not null)
            .OrderBy(each => Depth(each.property.DeclaringType!)).ThenBy(each => each.property.MetadataToken)
            .Select(each => new TrainingOption(each.property, each.facts!)),
    ]);

    public object? Read(TrainingOptions options) => _property.GetValue(options);

    /// <summary>The default value, in the unit of the command line.</summary>
    public object? ReadDefault(TrainingOptions defaults) => (Read(defaults), Facts) switch
    {
        (null, { DefaultFrom: { } other }) => Owner.GetProperty(other)!.GetValue(defaults),
        (long value, { Unit: > 1 and var unit }) => value / unit,
        (var value, _) => value,
    };

    /// <summary>Sets the property of new options that are not shared yet.</summary>
    public void Write(TrainingOptions fresh, object? value) => _property.SetValue(
        fresh, value is IConvertible and not Enum ? Convert.ChangeType(Scaled(value), Type, CultureInfo.InvariantCulture) : value);

    /// <summary>Sets the property of new options that are not shared yet to what it is in others.</summary>
    public void Copy(TrainingOptions from, TrainingOptions fresh) => _property.SetValue(fresh, Read(from));

    /// <summary>What is wrong with the value; null where nothing is.</summary>
    public string? Complaint(TrainingOptions options) => Read(options) switch
    {
        null => _isNullable ? null : $"{Name} is null; leave it out for its default.",
        string text => Check.NotBlank(text, Name),
        Enum kind => Enum.IsDefined(Type, kind) ? null
            : $"{Name} is {kind}; it must be one of {string.Join(", ", Enum.GetNames(Type))}.",
        int number when Facts.Range == NumberRange.Between => Check.Between(Facts.Least, number, Facts.Most, Name),
        IConvertible number and (int or long or double) => Facts.Range switch
        {
            NumberRange.Positive => Check.Positive(number.ToDouble(null), Name),
            NumberRange.NotNegative => Check.NotNegative(number.ToDouble(null), Name),
            NumberRange.Ratio => Check.Ratio(number.ToDouble(null), Name),
            NumberRange.Fraction => Check.FractionBelowOne(number.ToDouble(null), Name),
            _ => null,
        },
        _ => null,
    };

    /// <summary>
    /// The values that must be equal for a training to resume, by property name; without those that the fingerprint covers under another
    /// name, those that may change, and those that are as they were before there was the option.
    /// </summary>
    public static IEnumerable<(string Name, string Value)> Fingerprint(TrainingOptions options) => Of(options.GetType())
        .Where(option => option.Facts is { MayChange: null, ComparedAs: null })
        .Select(option => (option.Name, Value: Text(option.Read(options)), option.Facts.Formerly))
        .Where(option => option.Value != option.Formerly)
        .Select(option => (option.Name, option.Value));

    /// <summary>The options that the command line has, by property name, with their values; empty where they have none.</summary>
    public static IEnumerable<(string Name, string Value)> Values(TrainingOptions options) => Of(options.GetType())
        .Where(option => option.Facts.CommandLine is not null).Select(option => (option.Name, option.Word(option.Read(options))));

    private string Word(object? value) => value is 0 && Facts.WordForZero is { } word ? word : Text(value);

    private static string Text(object? value) => value switch
    {
        Layers layers => layers.First ?? "all",
        // The name of the kind is what checkpoints of earlier versions have.
        LearningRateSchedule schedule when schedule == schedule.Kind => schedule.Kind.ToString(),
        _ => Convert.ToString(value, CultureInfo.InvariantCulture)!,
    };

    private object Scaled(object value) => Facts.Unit == 1 ? value : Convert.ToInt64(value, CultureInfo.InvariantCulture) * Facts.Unit;

    private static int Depth(Type type) => type.BaseType is { } parent ? 1 + Depth(parent) : 0;
}
