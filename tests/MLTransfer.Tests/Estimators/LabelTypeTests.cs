using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Transforms;
using MLTransfer.Estimators;
using MLTransfer.Imaging;

namespace MLTransfer.Tests.Estimators;

public sealed class LabelTypeTests : IDisposable
{
    private readonly ColouredImages _images = new(perClass: 4);

    [Fact]
    public void Whole_numbers_come_back_as_whole_numbers_before_and_after_saving() => ComesBack(-7, 90_000);

    [Fact]
    public void Long_numbers_come_back() => ComesBack(9_000_000_000L, 1L);

    [Fact]
    public void Small_numbers_come_back() => ComesBack((byte)0, (byte)1);

    [Fact]
    public void Fractions_come_back() => ComesBack(0.1f, 2.5f);

    [Fact]
    public void Doubles_come_back() => ComesBack(0.1, 1e300);

    [Fact]
    public void Truth_values_come_back() => ComesBack(true, false);

    [Fact]
    public void Text_comes_back() => ComesBack("blue".AsMemory(), "green".AsMemory());

    [Fact]
    public void A_prediction_engine_gives_whole_numbers()
    {
        var ml = new MLContext(seed: 1);
        IDataView data = Rows(ml, 7, 9);
        var model = Pipeline(ml).Fit(data);
        using PredictionEngine<Row<int>, Answer<int>> engine = ml.Model.CreatePredictionEngine<Row<int>, Answer<int>>(model);
        Assert.Contains(engine.Predict(new() { ImagePath = _images.PathOf("blue/00.png") }).PredictedLabel, new[] { 7, 9 });
        MulticlassClassificationMetrics metrics = ml.MulticlassClassification.Evaluate(model.Transform(data));
        Assert.Equal(2, metrics.PerClassLogLoss.Count);
    }

    [Theory]
    [InlineData("Complex", "its classes are of type 'Complex'")]
    [InlineData("Int32", "its classes are of type Int32, and 'blue' is one of them")]
    [InlineData("Byte", "its classes are of type Byte, and 'blue' is one of them")]
    public void A_model_file_whose_classes_are_not_of_their_type_is_refused(string type, string complaint)
    {
        var error = Assert.Throws<InvalidDataException>(() => LabelKind.Named(type, ["1", "blue"]));
        Assert.Contains(complaint, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_description_of_text_says_nothing_of_types()
    {
        var description = new ModelDescription
        {
            Backbone = "resnet18", Labels = ["a", "b"], ImageColumnName = "ImagePath", Preprocessing = Preprocessing.ImageNet,
            Precision = Precision.Float32,
        };
        Assert.DoesNotContain("label_type", description.ToJson(), StringComparison.Ordinal);
        Assert.Equal("Int64", ModelDescription.FromJson((description with { LabelType = "Int64" }).ToJson()).LabelType);
    }

    public void Dispose() => _images.Dispose();

    private void ComesBack<T>(T blue, T green)
    {
        var ml = new MLContext(seed: 1);
        IDataView data = Rows(ml, blue, green);
        var model = Pipeline(ml).Fit(data);
        Assert.All(Predicted<T>(model, data), label => Assert.Contains(label.ToString(), new[] { blue!.ToString(), green!.ToString() }));
        using var saved = new MemoryStream();
        ml.Model.Save(model, data.Schema, saved);
        saved.Position = 0;
        ITransformer loaded = new MLContext().AddMLTransfer().Model.Load(saved, out _);
        Assert.Equal(Predicted<T>(model, data).Select(label => label.ToString()),
            Predicted<T>(loaded, data).Select(label => label.ToString()));
    }

    private static IEnumerable<object> Predicted<T>(ITransformer model, IDataView data)
    {
        IDataView scored = model.Transform(data);
        DataViewSchema.Column column = scored.Schema["PredictedLabel"];
        Assert.Equal(typeof(T), column.Type.RawType);
        return [.. scored.GetColumn<T>(column).Select(label => (object)label!)];
    }

    private static EstimatorChain<KeyToValueMappingTransformer> Pipeline(MLContext ml) => ml.Transforms.Conversion.MapValueToKey("Label")
        .Append(ml.MulticlassClassification.Trainers.FineTuning(TrainedModel.Options with { Epochs = 1 }))
        .Append(ml.Transforms.Conversion.MapKeyToValue("PredictedLabel"));

    private IDataView Rows<T>(MLContext ml, T blue, T green) => ml.Data.LoadFromEnumerable(
        Directory.GetFiles(_images.Path, "*.png", SearchOption.AllDirectories).Order(StringComparer.Ordinal)
            .Select(file => new Row<T> { ImagePath = file, Label = file.Contains("blue", StringComparison.Ordinal) ? blue : green }));

    private sealed class Row<T>
    {
        public string ImagePath { get; set; } = "";

        public T Label { get; set; } = default!;
    }

    private sealed class Answer<T>
    {
        public T PredictedLabel { get; set; } = default!;
    }
}
