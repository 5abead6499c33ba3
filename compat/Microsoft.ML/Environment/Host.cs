namespace Microsoft.ML.Runtime;

/// <summary>The environment of <see cref="MLContext"/> and, made by <see cref="Register"/>, of each component in it.</summary>
internal sealed class Host : IHost, IHostEnvironmentInternal
{
    private readonly Host _parent;
    private readonly Action<string, ChannelMessage> _listener;

    public Host(int? seed, Action<string, ChannelMessage> listener)
    {
        Seed = seed;
        Rand = seed is int value ? new Random(value) : new Random();
        ComponentCatalog = new ComponentCatalog();
        _listener = listener;
    }

    private Host(Host parent, string name, int? seed)
    {
        _parent = parent;
        Seed = parent.Seed;
        lock (parent.Rand)
            Rand = new Random(seed ?? parent.Rand.Next());
        ComponentCatalog = parent.ComponentCatalog;
        _listener = parent._listener;
        // As in ML.NET, the name of the component's own parent is left out.
        FullName = parent._parent?.FullName is { } outer ? $"{outer}; {name}" : name;
    }

    public int? Seed { get; }

    public Random Rand { get; }

    public ComponentCatalog ComponentCatalog { get; }

    public string FullName { get; }

    public string ContextDescription => _parent is null ? "HostEnvironment" : FullName;

    public IHost Register(string name, int? seed = null, bool? verbose = null) => new Host(this, Contracts.CheckNonEmpty(name, nameof(name)), seed);

    public IChannel Start(string name) => Channel.Started(this, name, _listener);

    public IPipe<TMessage> StartPipe<TMessage>(string name) => new SilentPipe<TMessage>(name);

    public IProgressChannel StartProgressChannel(string name)
    {
        Contracts.CheckNonEmpty(name, nameof(name));
        return new SilentProgressChannel();
    }

    public TException Process<TException>(TException ex)
        where TException : Exception =>
        ex is null ? null : Contracts.Marked(ex);
}
