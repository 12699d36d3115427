using System.Diagnostics.CodeAnalysis;
using Grpc.Core.Interceptors;
using Microsoft.Extensions.DependencyInjection;

namespace Grpc.AspNetCore.Server;

/// <summary>An interceptor and how it is made: taken from the container if it is registered there, else constructed for each call.</summary>
public class InterceptorRegistration
{
    private readonly object[] _arguments;
    private ObjectFactory? _factory;

    internal InterceptorRegistration([DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicConstructors)] Type type, object[] arguments)
    {
        ArgumentNullException.ThrowIfNull(type);
        ArgumentNullException.ThrowIfNull(arguments);
        if (!typeof(Interceptor).IsAssignableFrom(type))
            throw new ArgumentException($"Expected a class derived from {typeof(Interceptor)}, but found {type}.", nameof(type));
        Type = type;
        _arguments = arguments;
    }

    /// <summary>The class of the interceptor.</summary>
    [DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicConstructors)]
    public Type Type { get; }

    /// <summary>Arguments of its constructor that the container does not know.</summary>
    public IReadOnlyList<object> Arguments => _arguments;

    /// <summary>Takes or makes the interceptor for one call.</summary>
    /// <param name="services">The container of the call.</param>
    /// <param name="owned">Whether the caller has to dispose it.</param>
    internal Interceptor Activate(IServiceProvider services, out bool owned)
    {
        owned = false;
        if (_arguments.Length == 0 && services.GetService(Type) is Interceptor registered)
            return registered;
        owned = true;
        _factory ??= ActivatorUtilities.CreateFactory(Type, [.. _arguments.Select(argument => argument.GetType())]);
        return (Interceptor)_factory(services, _arguments);
    }
}
