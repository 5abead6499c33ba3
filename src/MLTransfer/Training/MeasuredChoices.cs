using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.X86;
using System.Text;
using MLTransfer.Native;
using TorchSharp;
using static TorchSharp.torch;

namespace MLTransfer.Training;

/// <summary>
/// Remembers what was chosen by measuring times on this machine: another measurement might turn out differently, and a training could not
/// be repeated.
/// </summary>
/// <param name="file">A text file, a line for each choice; null: nothing is remembered.</param>
internal sealed class MeasuredChoices(string? file)
{
    /// <summary>The file in a cache folder; null where there is none.</summary>
    public static string? FileIn(string? cache) => cache is null ? null : Path.Combine(cache, "measured.txt");

    /// <summary>What is measured, and the machine, which decide the choice.</summary>
    public static string Key(string measured, Device device) => device.type == DeviceType.CUDA
        ? $"{measured}, {CudaDriver.First?.Name ?? "CUDA"}" : $"{measured}, {get_num_threads()} threads, {Processor()}";

    /// <summary>The last choice; null where none is known.</summary>
    public string? Find(string key)
    {
        try
        {
            return File.Exists(file) && File.ReadLines(file).LastOrDefault(line => line.StartsWith(Start(key), StringComparison.Ordinal))
                is { } line ? line[Start(key).Length..] : null;
        }
        // Without the file it is measured again.
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    public void Add(string key, string choice)
    {
        try
        {
            if (file is null) return;
            Directory.CreateDirectory(Path.GetDirectoryName(file)!);
            File.AppendAllText(file, $"{Start(key)}{choice}\n");
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            // As above.
        }
    }

    private static string Start(string key) => $"{key}: ";

    // Intel SDM, volume 2A, CPUID: the leaves 80000002H to 80000004H are the brand string, 16 characters each.
    private static string Processor()
    {
        if (!X86Base.IsSupported) return RuntimeInformation.ProcessArchitecture.ToString();
        const int First = unchecked((int)0x80000002), Leaves = 3;
        var name = new StringBuilder();
        for (int leaf = 0; leaf < Leaves; leaf++)
        {
            (int eax, int ebx, int ecx, int edx) = X86Base.CpuId(First + leaf, 0);
            foreach (int register in (ReadOnlySpan<int>)[eax, ebx, ecx, edx])
                name.Append(Encoding.ASCII.GetString(BitConverter.GetBytes(register)));
        }

        return name.ToString().Trim('\0', ' ');
    }
}
