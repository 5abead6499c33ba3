using MLTransfer.Data;

namespace MLTransfer.Evaluation.Inspection;

/// <summary>A problem of a data set.</summary>
/// <param name="Kind">Its kind.</param>
/// <param name="Note">What is wrong, as a readable sentence.</param>
/// <param name="Images">The images concerned; of duplicates, the whole group; empty when the problem is one of the whole data
/// set.</param>
internal sealed record DatasetProblem(ProblemKind Kind, string Note, IReadOnlyList<ImageRow> Images);

/// <summary>Kinds of problems, the most serious first.</summary>
internal enum ProblemKind
{
    /// <summary>An image cannot be decoded.</summary>
    Unreadable,

    /// <summary>Files that may be images are not read because of their format or folder.</summary>
    LeftOut,

    /// <summary>The same file has different labels.</summary>
    LabelConflict,

    /// <summary>The same file is in different splits: the model is tested on what it was trained on.</summary>
    Leakage,

    /// <summary>Images that look the same have different labels.</summary>
    NearLabelConflict,

    /// <summary>Images that look the same are in different splits.</summary>
    NearLeakage,

    /// <summary>The same file occurs more than once.</summary>
    Duplicate,

    /// <summary>Images look the same.</summary>
    NearDuplicate,

    /// <summary>An image has only one color.</summary>
    OneColour,

    /// <summary>An image has few pixels.</summary>
    Tiny,

    /// <summary>The extension of a file does not match its format.</summary>
    WrongExtension,

    /// <summary>A class has no images, or none that can be read, in a split or in the whole data set.</summary>
    MissingClass,

    /// <summary>The numbers of images of the classes differ widely.</summary>
    Imbalance,
}

/// <summary>Headings of the kinds of problems, and what they mean for training.</summary>
internal static class ProblemKindTexts
{
    extension(ProblemKind kind)
    {
        internal string Title => Texts(kind).Title;

        internal string Meaning => Texts(kind).Meaning;
    }

    private static (string Title, string Meaning) Texts(ProblemKind kind) => kind switch
    {
        ProblemKind.Unreadable => ("Unreadable files", "Training reports and skips them; replace or remove them."),
        ProblemKind.LeftOut => ("Files that are not read",
            "Convert them to PNG or JPEG, or move them into a class folder, to train on them."),
        ProblemKind.LabelConflict => ("The same file with different labels",
            "At most one of the labels is right, but the model is taught both."),
        ProblemKind.Leakage => ("The same file in different splits",
            "The model is tested on images it was trained on, so results look too good."),
        ProblemKind.NearLabelConflict => ("Images that look the same with different labels", "Check whether both labels are right."),
        ProblemKind.NearLeakage => ("Images that look the same in different splits",
            "The model is tested on images almost like those it was trained on: keep all images of a scene in one split."),
        ProblemKind.Duplicate => ("Duplicate files", "Each copy adds to the weight of the image in training."),
        ProblemKind.NearDuplicate => ("Images that look the same", "Copies in another size or compression, or shots of one scene."),
        ProblemKind.OneColour => ("Images of one color", "Nothing can be learned from them; often they are placeholders."),
        ProblemKind.Tiny => ("Tiny images", "They are enlarged many times before the network sees them."),
        ProblemKind.WrongExtension => ("Files with the wrong extension",
            "They are read by their content, but other programs may fail to open them."),
        ProblemKind.MissingClass => ("Classes without images", "The model cannot be trained or tested on them there."),
        ProblemKind.Imbalance => ("Class imbalance", "The model may neglect small classes: weight or oversample them."),
        _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, null),
    };
}
