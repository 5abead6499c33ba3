using Microsoft.ML;
using MLTransfer;
using SkiaSharp;
using TorchSharp;

// Calls TorchSharp before anything of MLTransfer: its native library has to load then too.
if (args is ["torch"])
{
    Console.WriteLine($"sum {torch.ones(3).sum().item<float>()}");
    return;
}

// Opens a model file first, as an app does that only predicts.
if (args is ["load", var saved])
{
    new MLContext().Model.Load(saved, out _);
    return;
}

if (args is ["serve", var served])
{
    using var pool = new ImageClassifierPool(new ImageClassifierPoolOptions { Path = served });
    return;
}

string folder = Directory.CreateTempSubdirectory("consumer-").FullName;
try
{
    Train(folder);
}
finally
{
    Directory.Delete(folder, recursive: true);
}

static void Train(string folder)
{
    foreach (var (label, color) in new[] { ("blue", SKColors.SteelBlue), ("red", SKColors.IndianRed) })
    {
        Directory.CreateDirectory(Path.Combine(folder, "images", label));
        for (int i = 0; i < 8; i++)
            Draw(Path.Combine(folder, "images", label, $"{i}.png"), color, 10 + 2 * i);
    }

    var ml = new MLContext(seed: 1);
    IDataView images = ml.Data.LoadImageFolder(Path.Combine(folder, "images"));
    var pipeline = ml.Transforms.Conversion.MapValueToKey("Label")
        .Append(ml.MulticlassClassification.Trainers.FeatureExtraction(new FeatureExtractionOptions
        {
            Backbone = "embedded", Epochs = 20, ValidationFraction = 0,
        }))
        .Append(ml.Transforms.Conversion.MapKeyToValue("PredictedLabel"));
    ITransformer model = pipeline.Fit(images);
    string file = Path.Combine(folder, "model.zip");
    ml.Model.Save(model, images.Schema, file);

    var other = new MLContext();
    var engine = other.Model.CreatePredictionEngine<ImageFile, ImageLabel>(other.Model.Load(file, out _));
    string unseen = Path.Combine(folder, "unseen.png");
    Draw(unseen, SKColors.SteelBlue, 17);
    Console.WriteLine($"predicted {engine.Predict(new ImageFile { ImagePath = unseen }).PredictedLabel}");
}

static void Draw(string path, SKColor color, int radius)
{
    using var bitmap = new SKBitmap(64, 64);
    using (var canvas = new SKCanvas(bitmap))
    using (var paint = new SKPaint { Color = color })
    {
        canvas.Clear(SKColors.White);
        canvas.DrawCircle(32, 32, radius, paint);
    }
    using SKData png = bitmap.Encode(SKEncodedImageFormat.Png, 100);
    File.WriteAllBytes(path, png.ToArray());
}
