namespace MLTransfer.Evaluation;

/// <summary>What can be wrong with a data set, the gravest first.</summary>
public enum ProblemKind
{
    /// <summary>A picture cannot be decoded.</summary>
    Unreadable,

    /// <summary>Files that may be images are not read, by their format or their place.</summary>
    LeftOut,

    /// <summary>The same file has different labels.</summary>
    LabelConflict,

    /// <summary>The same file is in different splits: what is measured there was trained on.</summary>
    Leakage,

    /// <summary>Pictures that look the same have different labels.</summary>
    NearLabelConflict,

    /// <summary>Pictures that look the same are in different splits.</summary>
    NearLeakage,

    /// <summary>The same file is there more than once.</summary>
    Duplicate,

    /// <summary>Pictures look the same.</summary>
    NearDuplicate,

    /// <summary>A picture shows one colour only.</summary>
    OneColour,

    /// <summary>A picture has few pixels.</summary>
    Tiny,

    /// <summary>A file is of another format than its extension says.</summary>
    WrongExtension,

    /// <summary>A class has no picture, or none that can be read, in a split or at all.</summary>
    MissingClass,

    /// <summary>Classes have very different numbers of pictures.</summary>
    Imbalance,
}
