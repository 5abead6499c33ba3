#:project ../src/MLTransfer/MLTransfer.csproj
#:property PublishAot=false

// The first program with MLTransfer:  dotnet run docs/first-model.cs TRAIN_FOLDER TEST_FOLDER BACKBONE WEIGHTS IMAGE

using Microsoft.ML;
using MLTransfer;

var ml = new MLContext(seed: 1);
IDataView train = ml.Data.LoadImageFolder(args[0]);                                   // one folder per class: ImagePath, Label
IDataView test = ml.Data.LoadImageFolder(args[1]);

var trainers = ml.MulticlassClassification.Trainers;
var pipeline = ml.Transforms.Conversion.MapValueToKey("Label")
    .Append(trainers.FeatureExtraction(new FeatureExtractionOptions                   // or FineTuning(new FineTuningOptions
    {
        Backbone = args[2], Weights = args[3], Epochs = 20, Validation = test,
    }))
    .Append(ml.Transforms.Conversion.MapKeyToValue("PredictedLabel"));

var model = pipeline.Fit(train);
Console.WriteLine($"accuracy {ml.MulticlassClassification.Evaluate(model.Transform(test)).MicroAccuracy:p1}");
ml.Model.Save(model, train.Schema, "model.zip");

var loaded = ml.Model.Load("model.zip", out _);
var engine = ml.Model.CreatePredictionEngine<ImageFile, ImageLabel>(loaded);
Console.WriteLine(engine.Predict(new ImageFile { ImagePath = args[4] }).PredictedLabel);
