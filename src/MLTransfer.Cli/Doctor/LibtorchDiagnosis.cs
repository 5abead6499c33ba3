using System.Text.Json.Serialization;
using MLTransfer.Cli.CommandLine;
using MLTransfer.Native;
using TorchSharp;

namespace MLTransfer.Cli.Doctor;

/// <summary>Whether libtorch is there and computes, and whether TorchSharp's library had to be corrected for this system.</summary>
internal sealed record LibtorchDiagnosis(
    string? Version,
    bool Works,
    bool Corrected,
    bool CachesTold,
    [property: JsonIgnore] int? Threads,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Error)
{
    internal static LibtorchDiagnosis Made()
    {
        try
        {
            TorchLibrary.Require();
            CommandLine.Threads.Use(null);
            return new(torch.__version__, ConvolutionRuns(), TorchLibrary.IsCorrected, ProcessorCaches.AreTold, torch.get_num_threads(),
                null);
        }
        catch (Exception failure)
        {
            return new(null, false, false, false, null, failure.GetBaseException().Message);
        }
    }

    /// <summary>A 3×3 convolution of ones with ones gives 27 where the whole kernel lies on an image of three channels.</summary>
    private static bool ConvolutionRuns()
    {
        using var scope = torch.NewDisposeScope();
        var answer = torch.nn.functional.conv2d(torch.ones(1, 3, 8, 8), torch.ones(4, 3, 3, 3));
        return answer.min().item<float>() == 27 && answer.max().item<float>() == 27;
    }
}
