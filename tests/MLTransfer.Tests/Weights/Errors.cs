using MLTransfer.Weights;

namespace MLTransfer.Tests.Weights;

internal static class Errors
{
    /// <summary>The message of the error that reading a file gives; it names the file and ends with what to do.</summary>
    public static string Of(string path)
    {
        var exception = Assert.Throws<WeightsException>(() => WeightsFile.Read(path));
        Assert.Contains(path, exception.Message, StringComparison.Ordinal);
        Assert.EndsWith(".", exception.Remedy, StringComparison.Ordinal);
        return exception.Message;
    }
}
