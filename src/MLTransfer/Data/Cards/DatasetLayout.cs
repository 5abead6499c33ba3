namespace MLTransfer.Data.Cards;

/// <summary>How unpacked files become labelled images.</summary>
public enum DatasetLayout
{
    /// <summary>A folder with one sub-folder of images per class.</summary>
    ImageFolder,

    /// <summary>MNIST's files, gzip-compressed, images and labels beside each other.</summary>
    Idx,

    /// <summary>CIFAR's binary files.</summary>
    CifarBinary,

    /// <summary>Images named by text files; <c>manifest.csv</c> is made of these.</summary>
    Lists,

    /// <summary>The labels are in files that are not read: the files are unpacked, and that is all.</summary>
    Unlabelled,
}
