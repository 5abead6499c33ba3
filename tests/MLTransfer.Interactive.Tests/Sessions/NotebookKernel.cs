using System.Diagnostics;
using System.Reflection;
using System.Text.Json;
using MLTransfer.Tests.Reference;

namespace MLTransfer.Interactive.Tests.Sessions;

/// <summary>The kernel that runs notebooks, with the packages of this build in a feed of its own.</summary>
public sealed class NotebookKernel : IDisposable
{
    // A version that was never restored: the kernel remembers what it has restored.
    private readonly string _version = $"0.1.0-notebook.{Guid.NewGuid():N}";
    private readonly PackedFeed _feed;

    public NotebookKernel()
    {
        _feed = new(_version, "MLTransfer", "MLTransfer.Interactive");
        // The tool is found from the folder in which the kernel runs.
        Directory.CreateDirectory(Path.Combine(Folder, ".config"));
        File.Copy(Manifest, Path.Combine(Folder, ".config", "dotnet-tools.json"));
    }

    /// <summary>Why no kernel can be run; null where one can.</summary>
    public static string? Missing { get; } = Directory.Exists(Path.Combine(Packages, "microsoft.dotnet-interactive", Version))
        ? null : "dotnet-interactive is not here: 'dotnet tool restore' in notebooks/ installs it.";

    /// <summary>A folder in which notebooks can be run.</summary>
    public string Folder => _feed.Folder;

    public static string Notebooks => Path.Combine(PackedFeed.Repository, "notebooks");

    /// <summary>The directive that a notebook begins with, and what it is here: the same, with the version of this build.</summary>
    public (string Usual, string Here) Reference =>
        ("#r \"nuget: MLTransfer.Interactive\"", $"#r \"nuget: MLTransfer.Interactive, {_version}\"");

    /// <summary>A program that starts the kernel or is started to do so.</summary>
    public ProcessStartInfo Program(string program, params string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments) { WorkingDirectory = Folder };
        PackedFeed.UseShellsEnvironment(start);
        foreach ((string name, string value) in _feed.RestoreProperties) start.Environment[name] = value;
        start.Environment["DOTNET_INTERACTIVE_CLI_TELEMETRY_OPTOUT"] = "1";
        return start;
    }

    /// <summary>Starts it as Polyglot Notebooks do.</summary>
    public Session Start() => new(Program("dotnet", "tool", "run", "dotnet-interactive", "--", "stdio", "--default-kernel", "csharp"));

    public void Dispose() => _feed.Dispose();

    private static string Manifest => Path.Combine(Notebooks, ".config", "dotnet-tools.json");

    private static string Packages => typeof(NotebookKernel).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>()
        .Single(data => data.Key == "NuGetPackageRoot").Value!;

    private static string Version
    {
        get
        {
            using JsonDocument manifest = JsonDocument.Parse(File.ReadAllBytes(Manifest));
            JsonElement tools = manifest.RootElement.GetProperty("tools");
            return tools.GetProperty("microsoft.dotnet-interactive").GetProperty("version").GetString()!;
        }
    }

    /// <summary>A running kernel.</summary>
    public sealed class Session : IDisposable
    {
        // Against a kernel that hangs; a whole test takes half a minute.
        private static readonly TimeSpan Patience = TimeSpan.FromMinutes(5);

        private readonly Process _process;
        private readonly Timer _end;
        private int _commands;

        internal Session(ProcessStartInfo start)
        {
            (start.RedirectStandardInput, start.RedirectStandardOutput, start.RedirectStandardError) = (true, true, true);
            _process = Process.Start(start)!;
            _process.BeginErrorReadLine();
            _end = new(_ => _process.Kill(entireProcessTree: true), null, Patience, Timeout.InfiniteTimeSpan);
            try
            {
                Read(isLast: (message, _) => message.Type == "KernelReady");
            }
            // A kernel that nobody listens to keeps a processor busy.
            catch
            {
                Dispose();
                throw;
            }
        }

        /// <summary>Runs a cell to its end.</summary>
        /// <param name="code">Its code.</param>
        /// <param name="heard">Called for each event.</param>
        /// <returns>All events.</returns>
        public IReadOnlyList<Message> Run(string code, Action<Message>? heard = null)
        {
            string cell = Send("SubmitCode", new { code, targetKernelName = "csharp" });
            return Read((message, command) => command == cell && message.Type is ("CommandSucceeded" or "CommandFailed"), heard);
        }

        /// <summary>Does what the stop button does.</summary>
        public void Stop() => Send("Cancel", new { targetKernelName = "csharp" });

        public void Dispose()
        {
            _end.Dispose();
            _process.Kill(entireProcessTree: true);
            _process.WaitForExit();
            _process.Dispose();
        }

        private string Send(string type, object command)
        {
            string token = $"cell-{++_commands}";
            _process.StandardInput.WriteLine(JsonSerializer.Serialize(
                new { token, commandType = type, command, routingSlip = Array.Empty<string>() }));
            _process.StandardInput.Flush();
            return token;
        }

        private List<Message> Read(Func<Message, string?, bool> isLast, Action<Message>? heard = null)
        {
            List<Message> messages = [];
            while (_process.StandardOutput.ReadLine() is { } line)
            {
                // The first run of the SDK on a machine greets its user.
                if (!line.StartsWith('{')) continue;
                using JsonDocument parsed = JsonDocument.Parse(line);
                if (!parsed.RootElement.TryGetProperty("eventType", out JsonElement type)) continue;
                messages.Add(new(type.GetString()!, parsed.RootElement.GetProperty("event").Clone()));
                heard?.Invoke(messages[^1]);
                if (isLast(messages[^1], CommandOf(parsed.RootElement))) return messages;
            }
            throw new InvalidDataException($"The kernel ended after {string.Join(", ", messages.Select(message => message.Type))}.");
        }

        private static string? CommandOf(JsonElement message) =>
            message.TryGetProperty("command", out JsonElement command) && command.ValueKind == JsonValueKind.Object
            && command.TryGetProperty("token", out JsonElement token) ? token.GetString() : null;
    }

    /// <summary>What a kernel says.</summary>
    /// <param name="Type">Such as <c>DisplayedValueProduced</c>.</param>
    /// <param name="Content">The rest.</param>
    public sealed record Message(string Type, JsonElement Content)
    {
        /// <summary>What is shown, as HTML or text; null where nothing is.</summary>
        public string? Shown(string mimeType) => Content.TryGetProperty("formattedValues", out JsonElement values)
            ? values.EnumerateArray().Where(value => value.GetProperty("mimeType").GetString() == mimeType)
                .Select(value => value.GetProperty("value").GetString()).FirstOrDefault() : null;
    }
}

/// <summary>A test that runs the real kernel; skipped, visibly, where that is not installed.</summary>
public sealed class NeedsKernelFactAttribute : FactAttribute
{
    public NeedsKernelFactAttribute() => Skip = NotebookKernel.Missing;
}
