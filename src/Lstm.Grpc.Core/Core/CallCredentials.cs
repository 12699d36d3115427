namespace Grpc.Core;

/// <summary>Credentials that travel in the headers of each call.</summary>
public abstract class CallCredentials
{
    private protected CallCredentials()
    {
    }

    internal abstract Task AddToAsync(AuthInterceptorContext context, Metadata metadata);

    /// <summary>Applies several credentials one after the other.</summary>
    /// <param name="credentials">The credentials.</param>
    /// <returns>The composition.</returns>
    public static CallCredentials Compose(params CallCredentials[] credentials)
    {
        ArgumentNullException.ThrowIfNull(credentials);
        return new FromDelegate(async (context, metadata) =>
        {
            foreach (var one in credentials)
                await one.AddToAsync(context, metadata).ConfigureAwait(false);
        });
    }

    /// <summary>Credentials from a function that adds headers.</summary>
    /// <param name="interceptor">The function.</param>
    /// <returns>The credentials.</returns>
    public static CallCredentials FromInterceptor(AsyncAuthInterceptor interceptor)
    {
        ArgumentNullException.ThrowIfNull(interceptor);
        return new FromDelegate(interceptor);
    }

    private sealed class FromDelegate(AsyncAuthInterceptor interceptor) : CallCredentials
    {
        internal override Task AddToAsync(AuthInterceptorContext context, Metadata metadata) => interceptor(context, metadata);
    }
}
