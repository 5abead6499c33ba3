using System.Globalization;

namespace Microsoft.ML.Runtime;

public enum ChannelMessageKind
{
    Trace = 0,
    Info = 1,
    Warning = 2,
    Error = 3,
}

/// <summary>What a message may give away to its reader.</summary>
[Flags]
public enum MessageSensitivity
{
    None = 0,
    UserData = 1,
    Schema = 2,
    Unknown = ~None,
    All = Unknown,
}

public readonly struct ChannelMessage
{
    public readonly ChannelMessageKind Kind;

    public readonly MessageSensitivity Sensitivity;

    private readonly string _format;
    private readonly object[] _arguments;

    internal ChannelMessage(ChannelMessageKind kind, MessageSensitivity sensitivity, string format, params object[] arguments)
    {
        Kind = kind;
        Sensitivity = sensitivity;
        _format = Contracts.CheckNonEmpty(format, "message");
        _arguments = arguments;
    }

    public string Message => _arguments is { Length: > 0 } ? string.Format(CultureInfo.CurrentCulture, _format, _arguments) : _format;
}
