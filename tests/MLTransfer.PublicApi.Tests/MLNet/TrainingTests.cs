using Microsoft.ML;
using Microsoft.ML.Data;
using MLTransfer.Data;

namespace MLTransfer.PublicApi.Tests.MLNet;

/// <summary>Training, evaluating, saving.</summary>
public sealed class TrainingTests : PageFixture
{
    [Fact]
    public void The_first_program()
    {
        string trainFolder = PathOf("train"), testFolder = PathOf("test"), image = Red, file = PathOf("model.zip");

        var ml = new MLContext(seed: 1);
        IDataView train = ml.Data.LoadImageFolder(trainFolder);      // ImagePath, Label
        IDataView test = ml.Data.LoadImageFolder(testFolder);

        var pipeline = ml.Transforms.Conversion.MapValueToKey("Label")
            .Append(ml.MulticlassClassification.Trainers.FeatureExtraction(backbone: "embedded"))
            .Append(ml.Transforms.Conversion.MapKeyToValue("PredictedLabel"));

        var model = pipeline.Fit(train);
        MulticlassClassificationMetrics metrics = ml.MulticlassClassification.Evaluate(model.Transform(test));
        ml.Model.Save(model, train.Schema, file);

        using var engine = ml.Model.CreatePredictionEngine<ImageFile, ImageLabel>(ml.Model.Load(file, out _));
        ImageLabel answer = engine.Predict(new ImageFile { ImagePath = image });

        Assert.Equal(1, metrics.MicroAccuracy);
        Assert.Equal("red", answer.PredictedLabel);
    }

    [Fact]
    public void Validation_chooses_the_best_epoch()
    {
        MLContext ml = Ml;
        IDataView train = Data, validation = Test;
        var keys = ml.Transforms.Conversion.MapValueToKey("Label").Fit(train);

        var trainer = ml.MulticlassClassification.Trainers.FeatureExtraction(backbone: "embedded");
        ImageClassificationTransformer model = trainer.Fit(keys.Transform(train), validation);
        double best = model.Training!.ValidationAccuracy;

        Assert.Equal(1, best);
    }

    [Fact]
    public void Evaluation()
    {
        MLContext ml = Ml;
        ITransformer model = Pipeline().Fit(Data);
        IDataView test = Test;

        IDataView scored = model.Transform(test);
        MulticlassClassificationMetrics metrics = ml.MulticlassClassification.Evaluate(scored, topKPredictionCount: 2);
        string table = metrics.ConfusionMatrix.GetFormattedConfusionTable();
        double accuracy = metrics.MicroAccuracy, best2 = metrics.TopKAccuracy, loss = metrics.LogLoss;

        Assert.Equal((1.0, 1.0), (accuracy, best2));
        Assert.InRange(loss, 0, 0.7);
        Assert.Contains("blue", table, StringComparison.Ordinal);
    }

    [Fact]
    public void A_search_for_a_learning_rate()
    {
        MLContext ml = Ml;
        IDataView train = Data;
        var keys = ml.Transforms.Conversion.MapValueToKey("Label").Fit(train);
        string plot = PathOf("rates.svg");

        var options = new FeatureExtractionOptions { Backbone = "embedded" };
        LearningRateCurve curve = ml.MulticlassClassification.Trainers.FeatureExtraction(options).FindLearningRate(keys.Transform(train));
        Console.WriteLine($"valley {curve.Valley:g2}, steepest {curve.Steepest:g2}");
        File.WriteAllText(plot, curve.ToSvg());
        var trainer = ml.MulticlassClassification.Trainers.FeatureExtraction(options with { LearningRate = curve.Valley });

        Assert.InRange(curve.Valley, 1e-6, 10);
        Assert.Contains("valley", File.ReadAllText(plot), StringComparison.Ordinal);
        Assert.Equal(1, trainer.Fit(keys.Transform(train), Test).Training!.ValidationAccuracy);
    }

    [Fact]
    public void A_search_within_a_time()
    {
        MLContext ml = Ml;
        IDataView train = Data;
        var keys = ml.Transforms.Conversion.MapValueToKey("Label").Fit(train);

        var search = ml.MulticlassClassification.Trainers.AutoTraining(new AutoOptions
        {
            Backbone = "embedded", Budget = TimeSpan.FromMinutes(5), ValidationFraction = 0.4,
        });
        ImageClassificationTransformer found = search.Fit(keys.Transform(train));
        string[] tried = [.. found.Training!.Trials.Select(trial => $"{trial}: {trial.ValidationAccuracy:p1}, {trial.Why}")];
        double honest = found.Training.TestAccuracy;

        Assert.Equal(1, honest);
        Assert.StartsWith("features, default, ", tried[0], StringComparison.Ordinal);
        Assert.EndsWith("the best on the validation images", tried[0], StringComparison.Ordinal);
        // Features get every image right.
        Assert.All(tried[1..], trial => Assert.EndsWith("every validation image is right already", trial, StringComparison.Ordinal));
    }

    [Fact]
    public void Cross_validation()
    {
        MLContext ml = Ml;
        IDataView data = Data;
        IEstimator<ITransformer> pipeline = Pipeline();

        var folds = ml.MulticlassClassification.CrossValidate(data, pipeline, numberOfFolds: 3);
        double mean = folds.Average(fold => fold.Metrics.MicroAccuracy);

        Assert.Equal(3, folds.Count);
        Assert.Equal(1, mean);
    }

    [Fact]
    public void Batches()
    {
        MLContext ml = Ml;
        var model = ml.Transforms.Conversion.MapValueToKey("Label")
            .Append(ml.MulticlassClassification.Trainers.FeatureExtraction(Options))
            .Append(ml.Transforms.Conversion.MapKeyToValue("PredictedLabel"))
            .Fit(Data);
        string[] paths = Directory.GetFiles(PathOf("test"), "*.png", SearchOption.AllDirectories);

        IDataView images = ml.Data.LoadFromEnumerable(paths.Select(path => new ImageFile { ImagePath = path }).ToList());
        List<ImageLabel> labels = [.. ml.Data.CreateEnumerable<ImageLabel>(model.Transform(images), reuseRowObject: false)];

        ImageClassificationTransformer classifier = model.OfType<ImageClassificationTransformer>().Single();
        foreach (ImagePrediction prediction in classifier.Predict(paths))
            Console.WriteLine($"{prediction.Name}: {prediction.Error ?? prediction.Label}");

        Assert.Equal(labels.Select(label => label.PredictedLabel), classifier.Predict(paths).Select(prediction => prediction.Label));

        classifier.TestTimeAugmentation = TestTimeAugmentation.Flip;          // or FiveCrop, TenCrop, RandomViews(8), None

        Assert.Equal(labels.Select(label => label.PredictedLabel), classifier.Predict(paths).Select(prediction => prediction.Label));
        Assert.Equal(2, classifier.TestTimeAugmentation.Views);
    }

    [Fact]
    public void Images_that_a_model_should_not_judge()
    {
        var options = new FeatureExtractionOptions
        {
            Backbone = "embedded", ValidationFraction = 0.4, Rejection = Rejection.AtPrecision(0.95).And(Rejection.Unfamiliar()),
        };

        MLContext ml = Ml;
        using ImageClassificationTransformer model = ml.MulticlassClassification.Trainers.FeatureExtraction(options)
            .Fit(ml.Transforms.Conversion.MapValueToKey("Label").Fit(Data).Transform(Data));
        Assert.Equal(options.Rejection, model.Rejection!.Asked);
        Assert.NotNull(model.Transform(Test).Schema.GetColumnOrNull("RejectionReason"));
    }

    [Fact]
    public void A_report()
    {
        ITransformer model = Pipeline().Fit(Data);
        using ImageClassificationTransformer classifier =
            ((IEnumerable<ITransformer>)model).OfType<ImageClassificationTransformer>().Single();
        string page = PathOf("report.html"), folder = PathOf("test");

        classifier.Report(page, ImageDataset.Open(folder));

        Assert.Contains("100.0 % accuracy", File.ReadAllText(page), StringComparison.Ordinal);
    }

    [Fact]
    public void Where_the_model_looks()
    {
        ITransformer model = Pipeline().Fit(Data);
        using ImageClassificationTransformer classifier =
            ((IEnumerable<ITransformer>)model).OfType<ImageClassificationTransformer>().Single();
        string path = Red, heat = PathOf("heat.png");

        Explanation seen = classifier.Explain(path);
        seen.SavePng(heat);
        Console.WriteLine($"{seen.Label} {seen.Probability:p0}, {seen.Width} × {seen.Height} values from 0 to {seen.Heat.Max()}");

        Explanation covered = classifier.Explain(path, ExplanationMethod.Occlusion, label: "blue");

        Assert.Equal("red", seen.Label);
        Assert.Equal("blue", covered.Label);
        Assert.True(File.Exists(heat));
    }

    [Fact]
    public void Two_trainers_in_one_pipeline()
    {
        MLContext ml = Ml;
        IDataView data = Data;
        var trainers = ml.MulticlassClassification.Trainers;

        var pipeline = ml.Transforms.Conversion.MapValueToKey("Label")
            .Append(trainers.FeatureExtraction(
                backbone: "embedded", scoreColumnName: "SmallScore", predictedLabelColumnName: "SmallLabel"))
            .Append(trainers.FineTuning(
                backbone: "embedded", scoreColumnName: "TunedScore", predictedLabelColumnName: "TunedLabel"));
        IDataView scored = pipeline.Fit(data).Transform(data);
        var metrics = ml.MulticlassClassification.Evaluate(scored, scoreColumnName: "TunedScore", predictedLabelColumnName: "TunedLabel");

        Assert.Equal(1, metrics.MicroAccuracy);
        Assert.Equal(["SmallScore", "SmallLabel", "TunedScore", "TunedLabel"], scored.Schema.Select(column => column.Name).TakeLast(4));
    }

    [Fact]
    public void Classes_that_are_numbers()
    {
        MLContext ml = Ml;
        IDataView data = ml.Data.LoadFromEnumerable(Directory.GetFiles(PathOf("train"), "*.png", SearchOption.AllDirectories)
            .Select(path => new { ImagePath = path, Label = path.Contains("red", StringComparison.Ordinal) ? 7 : 3 }).ToList());

        IDataView scored = Pipeline().Fit(data).Transform(data);

        Assert.Equal(data.GetColumn<int>("Label"), scored.GetColumn<int>("PredictedLabel"));
    }

    [Fact]
    public void Rare_classes_and_weighted_images()
    {
        MLContext ml = Ml;
        var trainers = ml.MulticlassClassification.Trainers;
        IDataView weighted = ml.Data.LoadFromEnumerable(Data.GetColumn<string>("ImagePath").Zip(Data.GetColumn<string>("Label"))
            .Select(row => new { ImagePath = row.First, Label = row.Second, Weight = 2f }).ToList());

        var balanced = trainers.FeatureExtraction(new FeatureExtractionOptions { Backbone = "embedded", Balance = ClassBalance.Weights });
        var byImage = trainers.FeatureExtraction(new FeatureExtractionOptions
        {
            Backbone = "embedded", ExampleWeightColumnName = "Weight",
        });
        var byClass = trainers.FeatureExtraction(new FeatureExtractionOptions
        {
            Backbone = "embedded", ClassWeights = ClassWeights.Of(("red", 1.5)),
        });

        var keys = ml.Transforms.Conversion.MapValueToKey("Label");
        Assert.Equal(1, Accuracy(keys.Append(balanced).Fit(Data)));
        Assert.Equal(1, Accuracy(keys.Append(byClass).Fit(Data)));
        Assert.Equal(1, Accuracy(keys.Append(byImage).Fit(weighted)));
    }

    [Fact]
    public void Logging_progress_and_cancellation()
    {
        MLContext ml = Ml;
        using var stop = new CancellationTokenSource(TimeSpan.FromHours(1));
        var messages = new List<string>();

        ml.Log += (_, entry) => { if (entry.Kind >= Microsoft.ML.Runtime.ChannelMessageKind.Info) messages.Add(entry.Message); };
        var options = new FeatureExtractionOptions
        {
            Backbone = "embedded",
            Progress = new Progress<TrainingProgress>(now => Console.WriteLine($"epoch {now.Epoch} of {now.Epochs}")),
            Cancellation = stop.Token,
        };

        Assert.Equal(1, Accuracy(Pipeline(options).Fit(Data)));
        Assert.Contains(messages, message => message.Contains("Epoch 20 of 20: ", StringComparison.Ordinal));
    }
}
