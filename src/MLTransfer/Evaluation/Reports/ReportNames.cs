namespace MLTransfer.Evaluation.Reports;

/// <summary>What a report calls the training; any text is allowed.</summary>
/// <param name="Backbone">The network that was started from.</param>
/// <param name="Mode">How it was trained, such as <c>features</c> or <c>finetune</c>.</param>
/// <param name="Labels">The classes.</param>
/// <param name="Model">Where the trained model was saved.</param>
public sealed record ReportNames(string Backbone, string Mode, IReadOnlyList<string> Labels, string Model);
