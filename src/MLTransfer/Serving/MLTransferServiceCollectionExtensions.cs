using MLTransfer;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>What MLTransfer adds to the services of an app.</summary>
public static class MLTransferServiceCollectionExtensions
{
    /// <summary>
    /// Adds an <see cref="ImageClassifierPool"/> for a model file as a singleton. The file is loaded when the service is first resolved.
    /// </summary>
    /// <param name="services">The services of the app.</param>
    /// <param name="path">The model file, written by <c>ml.Model.Save</c> or <c>mlt train</c>.</param>
    /// <param name="watchForChanges">Whether another file at this path becomes the model.</param>
    /// <returns>The same services.</returns>
    /// <exception cref="ArgumentException">The path is empty.</exception>
    public static IServiceCollection AddMLTransferPool(this IServiceCollection services, string path, bool watchForChanges = false) =>
        services.AddMLTransferPool(new ImageClassifierPoolOptions { Path = path, WatchForChanges = watchForChanges });

    /// <inheritdoc cref="AddMLTransferPool(IServiceCollection, string, bool)"/>
    /// <param name="services">The services of the app.</param>
    /// <param name="options">The file and the limits.</param>
    /// <exception cref="ArgumentException">An option cannot be used; the message says all that is wrong.</exception>
    public static IServiceCollection AddMLTransferPool(this IServiceCollection services, ImageClassifierPoolOptions options)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentNullException.ThrowIfNull(options);
        options.Checked();
        return services.AddSingleton(_ => new ImageClassifierPool(options));
    }

    /// <summary>
    /// Adds one of several models by a name, to be injected with <c>[FromKeyedServices("name")] ImageClassifierPool pool</c>.
    /// </summary>
    /// <inheritdoc cref="AddMLTransferPool(IServiceCollection, string, bool)" path="/returns|/exception"/>
    /// <param name="services">The services of the app.</param>
    /// <param name="name">The key of the service.</param>
    /// <param name="path">The model file, written by <c>ml.Model.Save</c> or <c>mlt train</c>.</param>
    /// <param name="watchForChanges">Whether another file at this path becomes the model.</param>
    public static IServiceCollection AddKeyedMLTransferPool(
        this IServiceCollection services, string name, string path, bool watchForChanges = false) =>
        services.AddKeyedMLTransferPool(name, new ImageClassifierPoolOptions { Path = path, WatchForChanges = watchForChanges });

    /// <inheritdoc cref="AddKeyedMLTransferPool(IServiceCollection, string, string, bool)"/>
    /// <param name="services">The services of the app.</param>
    /// <param name="name">The key of the service.</param>
    /// <param name="options">The file and the limits.</param>
    /// <exception cref="ArgumentException">An option cannot be used; the message says all that is wrong.</exception>
    public static IServiceCollection AddKeyedMLTransferPool(
        this IServiceCollection services, string name, ImageClassifierPoolOptions options)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        ArgumentNullException.ThrowIfNull(options);
        options.Checked();
        return services.AddKeyedSingleton(name, (_, _) => new ImageClassifierPool(options));
    }
}
