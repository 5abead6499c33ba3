namespace MLTransfer.Evaluation.Inspection;

/// <summary>What problems are called, and what they mean for training.</summary>
internal static class ProblemWords
{
    internal static string Title(ProblemKind kind) => Words(kind).Title;

    internal static string Meaning(ProblemKind kind) => Words(kind).Meaning;

    private static (string Title, string Meaning) Words(ProblemKind kind) => kind switch
    {
        ProblemKind.Unreadable => ("Unreadable files", "Training reports and skips them; replace or remove them."),
        ProblemKind.LeftOut =>
            ("Files that are not read", "Nothing is learned from them: convert them to PNG or JPEG, or move them into a class folder."),
        ProblemKind.LabelConflict => ("The same file under different labels",
        "At most one of the labels is right; the model is taught both."),
        ProblemKind.Leakage => ("The same file in different splits", "What is measured was trained on: results look better than they are."),
        ProblemKind.NearLabelConflict => ("Images that look the same under different labels", "Look whether both labels are right."),
        ProblemKind.NearLeakage => ("Images that look the same in different splits",
        "What is measured was nearly trained on: keep copies and series of a scene in one split."),
        ProblemKind.Duplicate => ("The same file more than once", "It counts that many times in training."),
        ProblemKind.NearDuplicate => ("Images that look the same", "Copies in another size or compression, or series of a scene."),
        ProblemKind.OneColour => ("Images of one colour",
        "There is nothing to learn from them; often they stand for an image that is missing."),
        ProblemKind.Tiny => ("Tiny images", "They are enlarged many times before the network sees them."),
        ProblemKind.WrongExtension => (
        "Files of another format than their name says", "They are read by their content; other programs may stumble over them."),
        ProblemKind.MissingClass => ("Classes that a split lacks", "Nothing is known of how well they are told apart there."),
        _ => ("Imbalance", "The model may neglect small classes: weigh them, or draw them more often."),
    };
}
