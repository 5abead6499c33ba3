using System.Diagnostics;

namespace MLTransfer.Tests.Reference;

/// <summary>A test that needs files as only Unix has them; skipped, visibly, where they cannot be made.</summary>
public sealed class NeedsUnixFactAttribute : FactAttribute
{
    public NeedsUnixFactAttribute()
    {
        if (OperatingSystem.IsWindows())
            Skip = "Windows has no such files.";
    }

    /// <summary>Whether the test makes devices.</summary>
    public bool Devices
    {
        get => false;
        init => Skip ??= !value || MayMakeDevices() ? null : "This user may not make devices.";
    }

    /// <summary>Whether the test needs files that it may not write to.</summary>
    public bool Permissions
    {
        get => false;
        init => Skip ??= value && Environment.IsPrivilegedProcess ? "root may write to every file." : null;
    }

    /// <summary>Runs one of the system's commands.</summary>
    /// <returns>Whether it succeeded.</returns>
    public static bool Run(string command, params string[] arguments)
    {
        using Process process = Process.Start(new ProcessStartInfo(command, arguments) { RedirectStandardError = true })!;
        process.WaitForExit();
        return process.ExitCode == 0;
    }

    private static bool MayMakeDevices()
    {
        using var folder = new TemporaryFolder();
        return Run("mknod", folder.PathOf("nothing"), "c", "1", "3");
    }
}
