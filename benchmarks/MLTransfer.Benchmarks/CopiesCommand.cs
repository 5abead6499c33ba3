using System.CommandLine;
using Microsoft.ML;
using MLTransfer.Cli.CommandLine;
using MLTransfer.Cli.Screen;
using MLTransfer.Data;
using MLTransfer.Evaluation.Inspection;
using MLTransfer.Imaging;
using SkiaSharp;
using Spectre.Console;

namespace MLTransfer.Benchmarks;

/// <summary>How many altered copies of images 'datasets inspect' and 'datasets check' find.</summary>
internal sealed class CopiesCommand : MltCommand
{
    private const int DefaultImages = 200;
    private const string DefaultBackbone = "resnet18", DefaultWeights = "../shared/weights/resnet18_trunk_imagenet.pth";

    private static readonly string[] DefaultData = ["../shared/data/hymenoptera", "../shared/data/cifar10-train.zip"];

    private static readonly (string Name, Func<SKBitmap, (SKBitmap Image, SKEncodedImageFormat Format)> Make)[] Kinds =
    [
        ("mirrored", image => (Drawn(image, image.Width, image.Height, canvas => canvas.Scale(-1, 1, image.Width / 2f, 0)), Png)),
        ("JPEG, quality 50", image => (image.Copy(), SKEncodedImageFormat.Jpeg)),
        ("cropped to 95 %", image => (Cropped(image, 0.95), Png)),
        ("cropped to 90 %", image => (Cropped(image, 0.9), Png)),
        ("10 % brighter", image => (Lit(image, 1.1f), Png)),
        ("10 % darker", image => (Lit(image, 0.9f), Png)),
        ("half the size", image => (
            image.Resize(new SKImageInfo(image.Width / 2, image.Height / 2, image.ColorType, image.AlphaType), SKFilterQuality.High), Png)),
    ];

    private readonly Option<string[]> _data = new("--data")
    {
        HelpName = "DATA",
        Description = $"A data set; may be repeated. [default: {string.Join(", ", DefaultData)}]",
    };

    private readonly Option<int?> _images = CliOption.Integer(
        "--images", $"How many images are copied. [default: {DefaultImages}]", 10, 100_000);

    internal CopiesCommand(CommandContext context)
        : base(
            "copies", "Alters copies of images, and counts how many are found to be near duplicates.", context,
            $"{BenchmarkTree.Run} copies", $"{BenchmarkTree.Run} copies --data flowers --images 100 --json") => Accepts(_data, _images);

    internal override string Remarks =>
        """
        Each kind of copy is added to the images alone. Others: the near duplicates found among the images without any copies, which are
        false alarms or real ones.

        JSON: [{ data, images, kind, inspect, check }]; fractions of the copies that are in a group with their image

        """;

    private static SKEncodedImageFormat Png => SKEncodedImageFormat.Png;

    protected override Task<int> RunAsync(ParseResult parseResult, CancellationToken cancel)
    {
        List<CopiesFigures> figures = [];
        foreach (var data in parseResult.GetValue(_data) is { Length: > 0 } given ? given : DefaultData)
        {
            var whole = ImageDataset.Open(data);
            var places = whole.Classes.Count * Math.Max(1, whole.Splits.Count);
            var perClass = Math.Max(1, (parseResult.GetValue(_images) ?? DefaultImages) / places);
            var folder = Directory.CreateTempSubdirectory("mltransfer-");
            try
            {
                figures.AddRange(Measure(Path.GetFileName(data), whole.Limited(perClass, seed: 1), folder.FullName, cancel));
            }
            finally
            {
                folder.Delete(recursive: true);
            }
        }
        Render(parseResult, figures, () => Screens.ForResults(Context).Write(Table(figures)));
        return Task.FromResult(ExitCode.Done);
    }

    private IEnumerable<CopiesFigures> Measure(string data, ImageDataset images, string folder, CancellationToken cancel)
    {
        var options = new ImageDataInspectionOptions
        {
            Backbone = DefaultBackbone,
            Weights = DefaultWeights,
            CacheFolder = Path.Combine(folder, "cache"),
            Cancellation = cancel,
        };
        ImageRow[] originals = [.. images.Rows.Select(row => row with { Split = null })];
        foreach (var (name, make) in Kinds)
        {
            Context.Words.WriteLine($"{data}, {name} …");
            var place = Directory.CreateDirectory(Path.Combine(folder, name)).FullName;
            ImageRow[] copies = [.. originals.Select((row, index) => row with { ImagePath = Saved(row.ImagePath, place, index, make) })];
            var set = new ImageDataset(data, "copies", [.. originals, .. copies]);
            var inspected = new MLContext(seed: 1).Data.InspectImages(set, options).NearDuplicates.Select(group => group.Images);
            var near = DatasetInspection.Run(set, cancel: cancel).Problems.Where(problem => problem.Images.Count > 1)
                .Select(problem => problem.Images);
            yield return new(data, originals.Length, name, Found(inspected, originals, copies), Found(near, originals, copies));
        }
        var alone = new MLContext(seed: 1).Data.InspectImages(new ImageDataset(data, "images", originals), options).NearDuplicates.Count;
        yield return new(data, originals.Length, "others", (double)alone / originals.Length, double.NaN);
    }

    private static double Found(IEnumerable<IReadOnlyList<ImageRow>> groups, ImageRow[] originals, ImageRow[] copies)
    {
        var groupOf = groups.SelectMany((group, index) => group.Select(row => (row.ImagePath, index)))
            .DistinctBy(pair => pair.ImagePath).ToDictionary(pair => pair.ImagePath, pair => pair.index, StringComparer.Ordinal);
        return originals.Zip(copies).Count(pair => groupOf.TryGetValue(pair.First.ImagePath, out var one)
            && groupOf.TryGetValue(pair.Second.ImagePath, out var other) && one == other) / (double)originals.Length;
    }

    private static string Saved(
        string path, string folder, int index, Func<SKBitmap, (SKBitmap Image, SKEncodedImageFormat Format)> make)
    {
        var image = ImageSource.FromPath(path).Decode(DecodingOptions.Default);
        using var bitmap = new SKBitmap(image.Width, image.Height, SKColorType.Rgba8888, SKAlphaType.Opaque);
        var pixels = new byte[image.Width * image.Height * 4];
        for (int from = 0, to = 0; to < pixels.Length; from += 3, to += 4)
            (pixels[to], pixels[to + 1], pixels[to + 2], pixels[to + 3]) =
                (image.Pixels[from], image.Pixels[from + 1], image.Pixels[from + 2], byte.MaxValue);
        System.Runtime.InteropServices.Marshal.Copy(pixels, 0, bitmap.GetPixels(), pixels.Length);
        var (made, format) = make(bitmap);
        using (made)
        {
            var file = Path.Combine(folder, $"{index}.{(format == Png ? "png" : "jpg")}");
            using var stream = File.Create(file);
            made.Encode(stream, format, quality: 50);
            return file;
        }
    }

    private static SKBitmap Cropped(SKBitmap image, double fraction)
    {
        var (width, height) = ((int)(image.Width * fraction), (int)(image.Height * fraction));
        return Drawn(image, width, height, canvas => canvas.Translate(-(image.Width - width) / 2, -(image.Height - height) / 2));
    }

    private static SKBitmap Lit(SKBitmap image, float factor)
    {
        using var paint = new SKPaint
        {
            ColorFilter = SKColorFilter.CreateColorMatrix([factor, 0, 0, 0, 0, 0, factor, 0, 0, 0, 0, 0, factor, 0, 0, 0, 0, 0, 1, 0]),
        };
        return Drawn(image, image.Width, image.Height, _ => { }, paint);
    }

    private static SKBitmap Drawn(SKBitmap image, int width, int height, Action<SKCanvas> place, SKPaint? paint = null)
    {
        var drawn = new SKBitmap(width, height, image.ColorType, image.AlphaType);
        using var canvas = new SKCanvas(drawn);
        place(canvas);
        canvas.DrawBitmap(image, 0, 0, paint);
        return drawn;
    }

    private static Table Table(IReadOnlyList<CopiesFigures> figures)
    {
        var table = TextTable.Create("data set", "images", "copies", "inspect", "check");
        foreach (var row in figures)
            table.Row(row.Data, Figures.Count(row.Images), row.Kind, Figures.Percent(row.Inspect), Figures.Percent(row.Check));
        return table;
    }
}

/// <summary>The fraction of one kind of copies that is found.</summary>
internal sealed record CopiesFigures(string Data, int Images, string Kind, double Inspect, double Check);
