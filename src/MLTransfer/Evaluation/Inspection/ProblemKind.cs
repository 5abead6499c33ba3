namespace MLTransfer.Evaluation.Inspection;

/// <summary>What can be wrong with a data set, the gravest first.</summary>
public enum ProblemKind
{
    /// <summary>An image cannot be decoded.</summary>
    Unreadable,

    /// <summary>Files that may be images are not read, by their format or their place.</summary>
    LeftOut,

    /// <summary>The same file has different labels.</summary>
    LabelConflict,

    /// <summary>The same file is in different splits: what is measured there was trained on.</summary>
    Leakage,

    /// <summary>Images that look the same have different labels.</summary>
    NearLabelConflict,

    /// <summary>Images that look the same are in different splits.</summary>
    NearLeakage,

    /// <summary>The same file is there more than once.</summary>
    Duplicate,

    /// <summary>Images look the same.</summary>
    NearDuplicate,

    /// <summary>An image shows one colour only.</summary>
    OneColour,

    /// <summary>An image has few pixels.</summary>
    Tiny,

    /// <summary>A file is of another format than its extension says.</summary>
    WrongExtension,

    /// <summary>A class has no image, or none that can be read, in a split or at all.</summary>
    MissingClass,

    /// <summary>Classes have very different numbers of images.</summary>
    Imbalance,
}
