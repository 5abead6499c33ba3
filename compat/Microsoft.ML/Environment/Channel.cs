namespace Microsoft.ML.Runtime;

/// <summary>A channel that says when it starts, ends and how long it was open, and whose messages go to one listener.</summary>
internal sealed class Channel(Host parent, string name, Action<string, ChannelMessage> listener) : IChannel
{
    private readonly System.Diagnostics.Stopwatch _watch = System.Diagnostics.Stopwatch.StartNew();
    private bool _disposed;

    public string ContextDescription => parent.FullName is null ? name : $"{parent.FullName}; {name}";

    public static Channel Started(Host parent, string name, Action<string, ChannelMessage> listener)
    {
        var channel = new Channel(parent, name, listener);
        channel.Trace(MessageSensitivity.None, "Channel started");
        return channel;
    }

    public TException Process<TException>(TException ex)
        where TException : Exception =>
        ex is null ? null : Contracts.Marked(ex);

    public void Send(ChannelMessage msg) => listener(ContextDescription, msg);

    public void Trace(MessageSensitivity sensitivity, string fmt) => Trace(sensitivity, fmt, []);

    public void Trace(MessageSensitivity sensitivity, string fmt, params object[] args) => Send(new ChannelMessage(ChannelMessageKind.Trace, sensitivity, fmt, args));

    public void Error(MessageSensitivity sensitivity, string fmt) => Error(sensitivity, fmt, []);

    public void Error(MessageSensitivity sensitivity, string fmt, params object[] args) => Send(new ChannelMessage(ChannelMessageKind.Error, sensitivity, fmt, args));

    public void Warning(MessageSensitivity sensitivity, string fmt) => Warning(sensitivity, fmt, []);

    public void Warning(MessageSensitivity sensitivity, string fmt, params object[] args) => Send(new ChannelMessage(ChannelMessageKind.Warning, sensitivity, fmt, args));

    public void Info(MessageSensitivity sensitivity, string fmt) => Info(sensitivity, fmt, []);

    public void Info(MessageSensitivity sensitivity, string fmt, params object[] args) => Send(new ChannelMessage(ChannelMessageKind.Info, sensitivity, fmt, args));

    public void Dispose()
    {
        if (_disposed)
            return;
        _disposed = true;
        Trace(MessageSensitivity.None, "Channel finished. Elapsed {0:c}.", _watch.Elapsed);
        Trace(MessageSensitivity.None, "Channel disposed");
    }
}
