using System.Diagnostics;
using Xunit.Sdk;

namespace MLTransfer.Tests.Reference;

/// <summary>Debian's PyTorch, the reference that numbers are compared with; not every machine has it.</summary>
internal static class PyTorch
{
    internal const string Interpreter = "/usr/bin/python3";
    private static readonly Lazy<bool> Torch = new(() => CanImport("torch"));
    private static readonly Lazy<bool> Torchvision = new(() => CanImport("torchvision"));

    public static bool IsThere => Torch.Value;

    public static bool HasTorchvision => Torchvision.Value;

    /// <summary>Runs a script, given on standard input, and returns its standard output.</summary>
    public static string Run(string script, params string[] arguments)
    {
        (int exitCode, string output, string errors) = Execute(script, arguments);
        return exitCode == 0 ? output : throw new XunitException($"The reference script failed:\n{errors}");
    }

    // Only looked for, not imported: importing takes seconds.
    private static bool CanImport(string module) =>
        File.Exists(Interpreter) && Execute(
            $"import importlib.util, sys; sys.exit(importlib.util.find_spec('{module}') is None)", []).ExitCode == 0;

    private static (int ExitCode, string Output, string Errors) Execute(string script, string[] arguments)
    {
        var start = new ProcessStartInfo(Interpreter, ["-", .. arguments])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using Process process = Process.Start(start)!;
        Task<string> errors = process.StandardError.ReadToEndAsync();
        process.StandardInput.Write(script);
        process.StandardInput.Close();
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, output, errors.Result);
    }
}
