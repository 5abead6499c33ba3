using System.CommandLine;
using System.Globalization;
using System.Text.RegularExpressions;
using MLTransfer.Cli.CommandLine;
using MLTransfer.Cli.Weights;
using MLTransfer.Errors;
using MLTransfer.Imaging;
using MLTransfer.Training;

namespace MLTransfer.Cli.Train;

/// <summary>The options of 'mlt train': those about data and files here, the others as the option records describe them.</summary>
/// <param name="isSearch">Whether they are those of 'mlt lr'.</param>
internal sealed class TrainOptions(bool isSearch = false)
{
    internal const string Features = "features";
    internal const string FineTune = "finetune";
    internal const string Auto = "auto";
    internal const string None = "none";
    internal const double DefaultValidationFraction = 0.2;
    internal const int DefaultSeed = 1;

    internal Option<string> Data { get; } = CliOption.Required("--data", "DATA", $"The images: {DatasetOptions.Forms}.");

    internal Option<string?> Validation { get; } = CliOption.Text(
        "--val", "DATA", "Images to validate on, of the same classes. Without it the data set's own split val is used, or else a "
        + "fraction of --data is held back.");

    internal Option<string?> Test { get; } = CliOption.Text(
        "--test", "DATA", "With --mode auto: images that measure the model in the end, of the same classes; no choice depends on them. "
        + "Without it the data set's own split test is used, or else half of the validation images.");

    internal Option<string?> Split { get; } = CliOption.Text(
        "--split", "NAME[,NAME]",
        "The splits of --data to train on, where it has some, as a manifest of 'mlt datasets split' has. "
        + "[default: train, if there is one]");

    internal Option<string?> ValidationSplit { get; } = CliOption.Text(
        "--val-split", "NAME",
        "The split of --data to validate on; the other ones but test are trained on, unless --split says which. " +
        "[default: val, if there is one]");

    internal Option<int?> Folds { get; } = CliOption.OptionalInteger(
        "--folds",
        "Cross-validation: train as often as --data has folds, or is divided into, each time with another one held out, and give mean " +
        "and standard deviation of the accuracy. The model in --out is then trained on all of them.", 2, 1000);

    internal DatasetOptions Dataset { get; } = new();

    internal Option<string> Mode { get; } = CliOption.RequiredChoice(
        "--mode", "features: train a new head on the features of the frozen backbone (seconds). finetune: train the backbone, too "
        + "(minutes)."
        + (isSearch ? "" : " auto: try both, several recipes and image sizes within --budget; keep what validates best."),
        isSearch ? [Features, FineTune] : [Features, FineTune, Auto]);

    internal Option<string> Recipe { get; } = CliOption.Choice(
        "--recipe", "Options that belong together; each can be given apart as well, and then counts instead of the recipe's. "
        + string.Join("; ", MLTransfer.Recipe.All.Select(recipe => $"{recipe.Name}: {recipe.Summary}")) + ".",
        [.. MLTransfer.Recipe.All.Select(recipe => recipe.Name)]);

    internal StoreOptions Store { get; } = new();

    internal Option<int?> Seed { get; } = CliOption.Integer(
        "--seed", $"Decides every random number: same seed, same machine, same model. [default: {DefaultSeed}]", 0, int.MaxValue);

    internal Option<string?> Report { get; } = CliOption.Text(
        "--report", "DIR", $"Where a page about the training goes, as {TrainReport.FileName}: learning curves, classes, and what is "
        + $"confused with what.");

    internal Option<string> Out { get; } = CliOption.Required("--out", "MODEL.zip", "Where the ML.NET model goes.");

    /// <summary>The options that set a property of the library's option records.</summary>
    internal IReadOnlyList<BoundOption> Bound { get; } =
    [
        .. new[] { typeof(FineTuningOptions), typeof(FeatureExtractionOptions), typeof(AutoOptions) }.SelectMany(TrainingOption.Of)
            .DistinctBy(property => property.Name).Where(property => property.Facts.CommandLine is not null)
            .Select(property => new BoundOption(property, isSearch)),
    ];

    /// <summary>All options, in the order of the help.</summary>
    internal Symbol[] All
    {
        get
        {
            Option[] first = [this[nameof(FineTuningOptions.Backbone)].Option, this[nameof(FineTuningOptions.Weights)].Option];
            var fraction = this[nameof(FineTuningOptions.ValidationFraction)].Option;
            var others = Bound.SelectMany(bound => bound.Options).Except([.. first, fraction]);
            return
            [
                Data, Validation, fraction, Test, Split, ValidationSplit, Folds, .. Dataset.All, Mode, Recipe, .. first,
                Store.Folder, Store.Mirror, Store.Offline, .. others, Seed, Report, Out,
            ];
        }
    }

    /// <summary>The options of a search for a learning rate: those of a training but for what it finds and what it does not need.</summary>
    internal IEnumerable<Symbol> OfSearch => All.Except(
    [
        Validation, Test, Folds, Report, Out, ValidationSplit,
        .. new[]
        {
            nameof(AutoOptions.Budget),
            nameof(FineTuningOptions.ValidationFraction), nameof(FineTuningOptions.LearningRate), nameof(FineTuningOptions.Epochs),
            nameof(FineTuningOptions.Schedule), nameof(FineTuningOptions.Warmup), nameof(FineTuningOptions.ChooseBy),
            nameof(FineTuningOptions.Patience), nameof(FineTuningOptions.LeastGain), nameof(FineTuningOptions.EmaDecay),
            nameof(FineTuningOptions.SwaFrom), nameof(FineTuningOptions.SoupOf), nameof(FineTuningOptions.Unfreeze),
            nameof(FineTuningOptions.CachedViews),
            nameof(FineTuningOptions.CheckpointFolder), nameof(FineTuningOptions.TestTimeAugmentation), nameof(FineTuningOptions.Rejection),
            nameof(FineTuningOptions.TensorBoardFolder), nameof(FineTuningOptions.TensorBoardHistograms),
        }.SelectMany(name => this[name].Options),
    ]);

    internal BoundOption this[string property] => Bound.First(bound => bound.Property.Name == property);

    /// <summary>Creates the option record of the mode from the recipe and the given options; the others keep their defaults.</summary>
    /// <exception cref="UsageException">An option of another mode was given.</exception>
    internal ImageClassificationOptions Read(ParseResult asked)
    {
        var recipe = MLTransfer.Recipe.Find(asked.GetRequiredValue(Recipe));
        BoundOption[] given = [.. Bound.Where(bound => bound.IsGiven(asked))];
        ImageClassificationOptions options = asked.GetRequiredValue(Mode) switch
        {
            FineTune => recipe.Apply(new FineTuningOptions()),
            Auto => new AutoOptions { Given = [.. given.Select(bound => bound.Property.Name)] },
            _ => recipe.Apply(new FeatureExtractionOptions()),
        };
        foreach (var bound in given)
        {
            var name = bound.Property.Name;
            if (options is AutoOptions && AutoOptions.ChosenByTrials.Contains(name))
                throw ChosenByTrials(bound.Option.Name);
            var property = TrainingOption.Of(options.GetType()).FirstOrDefault(property => property.Name == name)
                ?? throw OfAnotherMode(bound.Property, options);
            property.Write(options, bound.Value(asked));
        }
        return options;
    }

    internal static string ModeOf(Type options) =>
        options == typeof(FineTuningOptions) ? FineTune : options == typeof(AutoOptions) ? Auto : Features;

    internal static UsageException ChosenByTrials(string option) =>
        new($"{option} is for --mode {Features} and {FineTune}; --mode {Auto} chooses it by trying.");

    private UsageException OfAnotherMode(TrainingOption stray, ImageClassificationOptions options)
    {
        string[] names = [.. Bound.Select(bound => bound.Property)
            .Where(each => each.Owner == stray.Owner && each.Facts.OnlyHere == stray.Facts.OnlyHere)
            .Select(each => each.Facts.CommandLine!)];
        var listed = names.Length == 1 ? $"{names[0]} is" : $"{string.Join(", ", names[..^1])} and {names[^1]} are";
        var why = options is AutoOptions ? $"--mode {Auto} tries its own trainings" : stray.Facts.OnlyHere;
        return new($"{listed} for --mode {string.Join(" and ", BoundOption.Modes(stray, isSearch))}; {why}.");
    }
}

/// <summary>An option of the command line that sets a property of the library's option records.</summary>
internal sealed class BoundOption
{
    private static readonly TrainingOptions[] Defaults = [new FeatureExtractionOptions(), new FineTuningOptions()];
    private static readonly AutoOptions OfAuto = new();

    private readonly List<(Option Option, Func<ParseResult, object?> Value)> _spellings;

    /// <param name="property">The property.</param>
    /// <param name="isSearch">Whether it is an option of 'mlt lr'.</param>
    internal BoundOption(TrainingOption property, bool isSearch)
    {
        Property = property;
        _spellings = [Create(property, property.Facts.CommandLine!, Help(property, isSearch))];
        if (property.Facts.FormerCommandLine is not { } former)
            return;
        _spellings.Add(Create(property, former, Help(property, isSearch)));
        _spellings[1].Option.Hidden = true;
    }

    internal TrainingOption Property { get; }

    internal Option Option => _spellings[0].Option;

    /// <summary>The option, and a hidden one under its former name.</summary>
    internal IEnumerable<Option> Options => _spellings.Select(spelling => spelling.Option);

    internal bool IsGiven(ParseResult asked) => Options.Any(option => IsGiven(asked, option));

    internal object? Value(ParseResult asked) => _spellings.First(spelling => IsGiven(asked, spelling.Option)).Value(asked);

    /// <summary>The default in words; null where the option is required or a flag.</summary>
    internal static string? DefaultOf(TrainingOption property)
    {
        if (property is { Type: var type, Facts.Shape: null } && type == typeof(bool) || IsRequired(property))
            return null;
        if (property.Facts.Default is { } words)
            return words;
        string?[] values = [.. (property.Owner == typeof(AutoOptions) ? [OfAuto] : Defaults.Where(property.Owner.IsInstanceOfType))
            .Select(defaults => Text(property, property.ReadDefault(defaults)))];
        return values is [var features, var fineTuning] && features != fineTuning
            ? $"{features} for {TrainOptions.Features}, {fineTuning} for {TrainOptions.FineTune}"
            : values[0];
    }

    /// <summary>The words for the values of an enum.</summary>
    internal static string[] Words(TrainingOption property) =>
        property.Facts.Shape?.Split('|') ?? [.. Enum.GetValues(property.Type).Cast<Enum>().Select(CliOption.NameOf)];

    private static bool IsGiven(ParseResult asked, Option option) => asked.GetResult(option) is { Implicit: false };

    private static bool IsRequired(TrainingOption property) => property.Name == nameof(ImageClassificationOptions.Backbone);

    private static string? Text(TrainingOption property, object? value) => value switch
    {
        Enum kind => Words(property)[Array.IndexOf(Enum.GetValues(property.Type), kind)],
        bool isOn => isOn ? CliOption.On : "off",
        _ => Convert.ToString(value, CultureInfo.InvariantCulture),
    };

    private static (Option Option, Func<ParseResult, object?> Value) Create(TrainingOption property, string name, string help)
    {
        var facts = property.Facts;
        return property switch
        {
            { Name: nameof(ImageClassificationOptions.LoaderThreads) } => Typed(Threads.Option()),
            { Name: nameof(ImageClassificationOptions.MaximumPixels) } => Typed(PixelLimit.Option()),
            _ when IsRequired(property) => Typed(CliOption.Required(name, facts.Shape!, help)),
            { Type.IsEnum: true } => Typed(CliOption.EnumValue(name, help, property.Type, Words(property))),
            { Type: var type, Facts.Shape: null } when type == typeof(bool) => Typed(CliOption.Flag(name, help)),
            { Type: var type } when type == typeof(bool) && CliOption.Switch(name, help) is var option =>
                (option, asked => asked.GetValue(option) == CliOption.On),
            { Type: var type } when type == typeof(string) => Typed(CliOption.Text(name, facts.Shape!, help)),
            _ when FromWord(property, name, help) is { } parsed => parsed,
            { Facts.WordForZero: { } word } => Typed(CliOption.IntegerOr(word, name, help, facts.Most)),
            { Type: var type } when type == typeof(int) || type == typeof(long) =>
                Typed(CliOption.Integer(name, help, facts.Least, facts.Most)),
            { Facts.Range: NumberRange.Positive } => Typed(CliOption.Positive(name, help)),
            { Facts.Range: NumberRange.NotNegative } => Typed(CliOption.NotNegative(name, help)),
            { Facts.Range: NumberRange.Ratio } => Typed(CliOption.Ratio(name, help)),
            { Facts.Range: NumberRange.Fraction } => Typed(CliOption.Fraction(name, help)),
            _ => throw new InvalidOperationException($"There is no way to type a {property.Type.Name}, as {property.Name} is."),
        };
    }

    /// <summary>The option of a property whose value is one word that its own type reads; null for other properties.</summary>
    private static (Option Option, Func<ParseResult, object?> Value)? FromWord(TrainingOption property, string name, string help)
    {
        return property.Type switch
        {
            var type when type == typeof(ClassifierHead) => Parsed(ClassifierHead.Parse),
            var type when type == typeof(LearningRateSchedule) => Parsed(LearningRateSchedule.Parse),
            var type when type == typeof(LearningRateWarmup) => Parsed(LearningRateWarmup.Parse),
            var type when type == typeof(ClassWeights) => Parsed(ClassWeights.Parse),
            var type when type == typeof(Unfreezing) => Parsed(Unfreezing.Parse),
            var type when type == typeof(TestTimeAugmentation) => Parsed(TestTimeAugmentation.Parse),
            var type when type == typeof(Rejection) => Parsed(Rejection.Parse),
            var type when type == typeof(Layers) => Parsed(LayersFrom),
            var type when type == typeof(TimeSpan) => Parsed<object>(word => Durations.Parse(word)),
            var type when type == typeof(Rgb) => Parsed<object>(word => Rgb.Parse(word)),
            _ => null,
        };

        (Option, Func<ParseResult, object?>) Parsed<T>(Func<string, T> parse)
            where T : class => Typed(CliOption.Parsed(name, property.Facts.Shape!, help, parse));
    }

    private static (Option, Func<ParseResult, object?>) Typed<T>(Option<T> option) => (option, asked => asked.GetValue(option));

    private static Layers LayersFrom(string word) =>
        string.IsNullOrWhiteSpace(word) ? throw new FormatException("The name of a layer is expected.") : Layers.From(word);

    /// <summary>The modes that have an option.</summary>
    internal static IEnumerable<string> Modes(TrainingOption property, bool isSearch) =>
        (isSearch ? Defaults : Defaults.Append(OfAuto)).Select(options => options.GetType())
            .Where(type => TrainingOption.Of(type).Any(option => option.Name == property.Name)).Select(TrainOptions.ModeOf);

    private static string Help(TrainingOption property, bool isSearch)
    {
        var help = property.Facts.Help;
        if (property.Facts.OnlyHere is not null)
        {
            // An abbreviation such as MiB keeps its capitals.
            var first = help.Split(' ')[0];
            var start = first.Skip(1).Any(char.IsUpper) ? help : char.ToLowerInvariant(help[0]) + help[1..];
            help = $"With --mode {string.Join(" or ", Modes(property, isSearch))}: {start}";
        }
        return DefaultOf(property) is { } words ? $"{help} [default: {words}]" : help;
    }
}

/// <summary>Turns the library's names of options into those of the command line.</summary>
internal static partial class TypedNames
{
    // Properties without an option of the same name.
    private static readonly Dictionary<string, string> Special = new(StringComparer.Ordinal)
    {
        ["TrainingTransforms"] = "--augment",
        ["Validation"] = "--val",
        ["WeightStore"] = "--weights-dir",
        ["ImageColumnName"] = "--image-column",
        ["ExampleWeightColumnName"] = "the weights of the manifest",
        ["ClassBalance.Sampling"] = "--balance sampling",
        ["ClassBalance.Weights"] = "--balance weights",
    };

    private static readonly Dictionary<string, string> Names = CreateNames();

    /// <summary>Converts the library's error about an option into one that names what was typed.</summary>
    internal static UsageException Refusal(OptionException refusal) => new(
        refusal.Option is { } option ? $"{Names[option]}: {refusal.Message}" : In(refusal.Message), refusal);

    internal static string In(string message) => Prefix().Replace(NameOrKept().Replace(message, Typed), "");

    private static Dictionary<string, string> CreateNames()
    {
        var options = new TrainOptions();
        Dictionary<string, string> names = new(Special, StringComparer.Ordinal);
        foreach (var bound in options.Bound)
            names[bound.Property.Name] = bound.Option.Name;
        foreach (var option in options.All)
            names.TryAdd(Property(option.Name), option.Name);
        return names;
    }

    private static string Typed(Match found) => found.Groups["name"] is { Success: true, Value: var name }
        ? Names.GetValueOrDefault(name) ?? name
        : found.Value;

    // --learning-rate is LearningRate.
    private static string Property(string option) =>
        string.Concat(option.TrimStart('-').Split('-').Select(word => char.ToUpperInvariant(word[0]) + word[1..]));

    // Not replaced: quoted names such as 'Label', which are columns, paths or values; names that the message itself calls names in code;
    // the setting 'Validation images' of a checkpoint; parts of unquoted paths; and headings before a colon.
    [GeneratedRegex(
        @"(?<!\w)'.*?'(?!\w)|\b[A-Z]\w+((, | and | or )[A-Z]\w+)* in code\b|\bValidation images was\b|"
        + @"(?<![\w./\\-])(?<name>[A-Z][A-Za-z]+(\.[A-Z][a-z]+)?)(?![\w:/\\-]|\.\w)",
        RegexOptions.Singleline)]
    private static partial Regex NameOrKept();

    [GeneratedRegex(@"^\w+Options cannot be used\. ")]
    private static partial Regex Prefix();
}
