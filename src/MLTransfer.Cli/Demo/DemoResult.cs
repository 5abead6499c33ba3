namespace MLTransfer.Cli.Demo;

/// <summary>What the demo showed; also the document of 'mlt demo --json'.</summary>
internal sealed record DemoResult(
    string Folder,
    IReadOnlyList<DemoTraining> Ways,
    IReadOnlyList<DemoPrediction> Predictions,
    double Seconds);

/// <summary>One training of the demo.</summary>
internal sealed record DemoTraining(
    string Way, int Classes, int TrainImages, int ValImages, double ValAccuracy, double Seconds, string? Model);

/// <summary>One image that a loaded model was asked about.</summary>
internal sealed record DemoPrediction(string File, string Truth, string Label, double Probability);
