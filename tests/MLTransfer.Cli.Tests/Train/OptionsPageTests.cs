using System.Text;
using MLTransfer.Cli.Train;
using MLTransfer.Imaging;
using MLTransfer.Tests.Reference;
using MLTransfer.Training;

namespace MLTransfer.Cli.Tests.Train;

public class OptionsPageTests
{
    // Names the file to write the page to, in place of the comparison.
    private const string Wanted = "MLTRANSFER_OPTIONS_PAGE";

    [Fact]
    public void The_page_of_options_says_what_the_records_say()
    {
        if (Environment.GetEnvironmentVariable(Wanted) is { } wanted)
            File.WriteAllText(wanted, Page());
        Assert.Equal(Page(), File.ReadAllText(Path.Combine(SharedFolder.Repository!, "docs", "options.md")));
    }

    private static string Page()
    {
        var page = new StringBuilder(
            $"""
            # Options of a training

            The properties of `FeatureExtractionOptions`, `FineTuningOptions` and `AutoOptions`, the options of `mlt train` that set
            them, and whether a training may resume from its checkpoint with another value. Made from the records by
            `{Wanted}=$PWD/docs/options.md dotnet test tests/MLTransfer.Cli.Tests -c Release --filter OptionsPageTests`.

            """);
        Section("All kinds of training", typeof(TrainingOptions), typeof(ImageClassificationOptions));
        Section("Fine-tuning only", typeof(FineTuningOptions));
        Section("Feature extraction", typeof(FeatureExtractionOptions));
        Section("Search only", typeof(AutoOptions));
        return page.ToString();

        void Section(string title, params Type[] owners)
        {
            page.Append($"\n## {title}\n\n| property | `mlt train` | what it does | values | default | to resume |\n");
            page.Append("|---|---|---|---|---|---|\n");
            foreach (var option in new[] { typeof(FineTuningOptions), typeof(FeatureExtractionOptions), typeof(AutoOptions) }
                .SelectMany(TrainingOption.Of).DistinctBy(option => option.Name).Where(option => owners.Contains(option.Owner)))
                page.Append(Row(option));
        }
    }

    private static string Row(TrainingOption option)
    {
        var facts = option.Facts;
        string[] cells =
        [
            $"`{option.Name}`", facts.CommandLine is { } name ? $"`{name}`" : facts.NotTyped!, facts.Help, Values(option),
            Default(option), Resume(option),
        ];
        return $"| {string.Join(" | ", cells.Select(cell => cell.Replace("|", "\\|", StringComparison.Ordinal)))} |\n";
    }

    private static string Default(TrainingOption option) => BoundOption.DefaultOf(option) switch
    {
        { } value => option.Facts.Unit == 1 << 20 ? $"{value} MiB" : value,
        null => option.Type == typeof(bool) ? Flag(option) : "required by `mlt train`",
    };

    private static string Flag(TrainingOption option) =>
        option.Read(option.Owner == typeof(FineTuningOptions) ? new FineTuningOptions() : new FeatureExtractionOptions()) is true
            ? "yes" : "no";

    private static string Values(TrainingOption option) => option switch
    {
        { Name: nameof(TrainArguments.Options.LoaderThreads), Facts: var facts } =>
            $"{facts.Least} to {facts.Most}; `{facts.CommandLine}`: 1 to {facts.Most}",
        { Name: nameof(TrainArguments.Options.MaximumPixels), Facts: var facts } =>
            $"above 0; `{facts.CommandLine}`: 1 to {ImageLimits.HardPixelLimit}",
        { Facts: { Unit: 1 << 20 } facts } => $"0 or above, in bytes; `{facts.CommandLine}`: {facts.Least} to {facts.Most} MiB",
        { Type.IsEnum: true } => string.Join(", ", BoundOption.Words(option).Select(word => $"`{word}`")),
        { Facts: { WordForZero: { } word } facts } =>
            $"{facts.Least} to {facts.Most}; `{facts.CommandLine}`: 1 to {facts.Most}, or `{word}` for 0",
        { Facts: { Range: NumberRange.Between } facts } => $"{facts.Least} to {facts.Most}",
        { Facts.Range: NumberRange.Positive } => "above 0",
        { Facts.Range: NumberRange.NotNegative } => "0 or above",
        { Facts.Range: NumberRange.Ratio } => "above 0 to 1",
        { Facts.Range: NumberRange.Fraction } => "0 to below 1",
        { Facts.Shape: null, Type: var type } when type == typeof(bool) => "yes or no",
        { Facts.Shape: { } shape } => $"`{shape}`",
        { Type: var type } when type == typeof(string) => "text",
        { Type: var type } => $"`{type.Name.Split('`')[0]}`",
    };

    private static string Resume(TrainingOption option) => option.Facts switch
    {
        { MayChange: { } why } => $"may change: {char.ToLowerInvariant(why[0])}{why[1..].TrimEnd('.')}",
        { ComparedAs: { } other } => $"must be the same, as part of {other}",
        _ => "must be the same",
    };
}
