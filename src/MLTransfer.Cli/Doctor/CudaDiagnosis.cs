using System.Text.Json.Serialization;
using TorchSharp;

namespace MLTransfer.Cli.Doctor;

/// <summary>How many CUDA devices libtorch can use, or why it can use none.</summary>
internal sealed record CudaDiagnosis(int Devices, [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Reason)
{
    private const string Driver = "/proc/driver/nvidia/version";

    internal static CudaDiagnosis Made(LibtorchDiagnosis libtorch)
    {
        if (!libtorch.Works)
            return new(0, "libtorch does not work");
        if (torch.cuda.is_available())
            return new(torch.cuda.device_count(), null);
        return new(0, File.Exists(Driver)
            ? "there is an NVIDIA driver, but this libtorch is built without CUDA or for another version of it"
            : "there is no NVIDIA driver on this machine");
    }
}
