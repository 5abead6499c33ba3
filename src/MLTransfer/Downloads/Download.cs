namespace MLTransfer.Downloads;

/// <summary>A file to be downloaded.</summary>
/// <param name="Address">Where it is.</param>
/// <param name="Target">Where it shall be; its folder is made.</param>
/// <param name="Checksum">How it is known again; null where nothing is published about it, and only https tells who sends it.</param>
/// <param name="AboutBytes">Its size to within a percent; null where it is not known.</param>
/// <param name="ByHand">What else helps when it cannot be had, continuing a sentence: "put the file into …".</param>
internal sealed record Download(Uri Address, string Target, Checksum? Checksum, long? AboutBytes, string ByHand);
