namespace Microsoft.ML.Runtime;

/// <summary>A pipe nobody listens to: <see cref="MLContext"/> listens to <see cref="ChannelMessage"/> only.</summary>
internal sealed class SilentPipe<TMessage>(string name) : IPipe<TMessage>
{
    public string ContextDescription => name;

    public TException Process<TException>(TException ex)
        where TException : Exception =>
        ex is null ? null : Contracts.Marked(ex);

    public void Send(TMessage msg)
    {
    }

    public void Dispose()
    {
    }
}

/// <summary>Progress nobody listens to: <see cref="MLContext"/> has no listener for it.</summary>
internal sealed class SilentProgressChannel : IProgressChannel
{
    public void SetHeader(ProgressHeader header, Action<IProgressEntry> fillAction)
    {
    }

    public void Checkpoint(params double?[] values)
    {
    }

    public IProgressChannel StartProgressChannel(string name) => new SilentProgressChannel();

    public void Dispose()
    {
    }
}
