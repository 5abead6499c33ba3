using System.CommandLine;
using System.Text;
using MLTransfer.Cli.CommandLine;
using MLTransfer.Cli.Screen;
using MLTransfer.Evaluation.Reports;

namespace MLTransfer.Benchmarks;

/// <summary>Recipes measured on several data sets, from several seeds, with two backbones.</summary>
internal sealed class RecipesCommand : MltCommand
{
    private const int DefaultSeeds = 3, DefaultImageSize = 96;
    internal const string DefaultShared = "../shared";
    internal const string DefaultFashion = "/usr/share/datasets/fashion-mnist";
    internal const string DefaultClipart = "/usr/share/openclipart/png";
    private const string DefaultResults = "benchmarks/recipes.jsonl";

    private static readonly (string Backbone, string Weights)[] Backbones =
        [("resnet18", "resnet18_trunk_imagenet.pth"), ("mobilenet_v1_b12", "mobilenet_v1_b12_imagenet.pth")];

    private readonly Option<string?> _shared = SharedFolder();
    private readonly Option<string?> _fashion = FashionFolder();
    private readonly Option<string?> _clipart = CliOption.Text(
        "--clipart", "DIR", $"Drawings, as Debian's package openclipart-png has them. [default: {DefaultClipart}]");
    private readonly Option<string[]> _sets = Several("--set", "A data set", "all");
    private readonly Option<string[]> _recipes = Several("--recipe", "A recipe", "all");
    private readonly Option<string[]> _backbones = Several("--backbone", "A backbone", "both");
    private readonly Option<string[]> _modes = Several("--mode", "features or finetune", "both");
    private readonly Option<int?> _seeds = CliOption.Integer("--seeds", $"Trainings of each kind. [default: {DefaultSeeds}]", 1, 100);
    private readonly Option<int?> _size =
        CliOption.Integer("--image-size", $"Side of what the backbone sees, in pixels. [default: {DefaultImageSize}]", 32, 512);
    private readonly Option<string?> _results = CliOption.Text(
        "--results", "FILE", $"Results as JSON lines; those already in it are not measured again. [default: {DefaultResults}]");
    private readonly Option<string?> _page = CliOption.Text(
        "--page", "FILE", "Markdown page of all results, of earlier runs, too. [default: those asked for, on standard output]");

    internal RecipesCommand(CommandContext context)
        : base(
            "recipes", "Measures every recipe on several data sets, from several seeds, with two backbones.", context,
            $"{BenchmarkTree.Run} recipes --page docs/recipes.md",
            $"{BenchmarkTree.Run} recipes --set hymenoptera --set drawings --recipe default --mode features --seeds 5",
            $"{BenchmarkTree.Run} recipes --set cifar-50 --recipe default --mode features --image-size 224 --page docs/recipes.md") =>
        Accepts(_shared, _fashion, _clipart, _sets, _recipes, _backbones, _modes, _seeds, _size, _results, _page);

    internal override string Remarks =>
        """
        Takes many hours; a second run goes on where the first was stopped.

        JSON: [{ cell: { set, mode, backbone, recipe, image_size, seed }, accuracy, seconds }]

        """;

    protected override Task<int> RunAsync(ParseResult parseResult, CancellationToken cancel)
    {
        var shared = Paths.ExistingFolder("--shared", parseResult.GetValue(_shared) ?? DefaultShared);
        var sets = RecipeSet.All(
            Path.Combine(shared, "data"), parseResult.GetValue(_fashion) ?? DefaultFashion,
            parseResult.GetValue(_clipart) ?? DefaultClipart);
        var page = parseResult.GetValue(_page) is { } path ? OutputFile.Checked("--page", path) : null;
        var cells = Cells(parseResult, [.. sets.Select(set => set.Name)]);
        var results = new RecipeResults(parseResult.GetValue(_results) ?? DefaultResults);
        RecipeCell[] missing = [.. cells.Where(cell => !results.Has(cell))];
        foreach (var (cell, index) in missing.Select((cell, index) => (cell, index)))
        {
            var weights = Path.Combine(shared, "weights", Backbones.First(each => each.Backbone == cell.Backbone).Weights);
            var result = RecipeRun.Measure(cell, sets.First(set => set.Name == cell.Set), weights, cancel);
            results.Add(result);
            Context.Words.WriteLine(
                $"{index + 1} of {missing.Length}: {cell.Set}, {cell.Mode}, {cell.Backbone}, {cell.Recipe}, seed {cell.Seed}: "
                + $"{Figures.Percent(result.Accuracy)}, {Figures.Seconds(result.Seconds)}");
        }
        RecipeResult[] asked = [.. results.All.Where(result => cells.Contains(result.Cell))];
        page?.Write(stream => stream.Write(Encoding.UTF8.GetBytes(RecipesPage.Of(sets, results.All))));
        if (WantsJson(parseResult))
            ReportJson.WriteTo(Context.Output, asked);
        else if (page is null)
            Context.Output.Write(RecipesPage.Of(sets, asked));
        return Task.FromResult(ExitCode.Done);
    }

    /// <summary>All trainings that are asked for, the first seed of each first: a run that is stopped has seen every recipe.</summary>
    private RecipeCell[] Cells(ParseResult asked, string[] sets) =>
    [
        .. from seed in Enumerable.Range(1, asked.GetValue(_seeds) ?? DefaultSeeds)
           from mode in Chosen(asked, _modes, [RecipeRun.Features, RecipeRun.FineTuning])
           from set in Chosen(asked, _sets, sets)
           from backbone in Chosen(asked, _backbones, [.. Backbones.Select(each => each.Backbone)])
           from recipe in Chosen(asked, _recipes, [.. Recipe.All.Select(recipe => recipe.Name)])
           select new RecipeCell(set, mode, backbone, recipe, asked.GetValue(_size) ?? DefaultImageSize, seed),
    ];

    internal static Option<string?> SharedFolder() =>
        CliOption.Text("--shared", "DIR", $"The folder with data/ and weights/. [default: {DefaultShared}]");

    internal static Option<string?> FashionFolder() => CliOption.Text(
        "--fashion", "DIR", $"Fashion-MNIST, as Debian's package dataset-fashion-mnist has it. [default: {DefaultFashion}]");

    internal static Option<string[]> Several(string name, string what, string all) =>
        new(name) { HelpName = "NAME", Description = $"{what}; may be repeated. [default: {all}]" };

    internal static string[] Chosen(ParseResult asked, Option<string[]> option, string[] known, string[]? byDefault = null)
    {
        var names = asked.GetValue(option) is { Length: > 0 } some ? some : byDefault ?? known;
        return names.FirstOrDefault(name => !known.Contains(name)) is { } unknown
            ? throw new UsageException($"{option.Name}: there is no '{unknown}'. Known are {string.Join(", ", known)}.") : names;
    }
}
