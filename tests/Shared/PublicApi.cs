using System.Reflection;

namespace Lstm.Tests.Shared;

/// <summary>The public surface of an assembly as lines of text, to be compared with an approved file.</summary>
internal static class PublicApi
{
    /// <summary>Compares an assembly with the approved file beside its project; shows the difference when there is one.</summary>
    /// <param name="assembly">The assembly.</param>
    /// <param name="approvedPath">The approved file. A change of the API is a change of this file, in the same commit.</param>
    public static void AssertMatches(Assembly assembly, string approvedPath)
    {
        string[] actual = [.. Describe(assembly)];
        string[] approved = File.Exists(approvedPath) ? File.ReadAllLines(approvedPath) : [];
        string[] added = [.. actual.Except(approved)];
        string[] gone = [.. approved.Except(actual)];
        Assert.True(
            added.Length + gone.Length == 0,
            $"The public API differs from {approvedPath}. Not in the file:\n{string.Join('\n', added)}\nOnly in the file:\n{string.Join('\n', gone)}");
    }

    /// <summary>The surface, a line for each type and member.</summary>
    /// <param name="assembly">The assembly.</param>
    /// <returns>Type by type.</returns>
    public static IEnumerable<string> Describe(Assembly assembly) =>
        from type in assembly.GetExportedTypes()
        from line in Members(type).Prepend(NameOf(type)).Order(StringComparer.Ordinal)
        select line;

    private static IEnumerable<string> Members(Type type)
    {
        const BindingFlags declared = BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly;
        foreach (MemberInfo member in type.GetMembers(declared))
        {
            string? signature = member switch
            {
                MethodBase { IsPublic: false, IsFamily: false } => null,
                MethodBase { IsSpecialName: true, IsConstructor: false } => null,
                MethodInfo method => $"{method.Name}({Parameters(method)}) : {NameOf(method.ReturnType)}",
                ConstructorInfo constructor => $"new({Parameters(constructor)})",
                PropertyInfo property when (property.GetMethod ?? property.SetMethod) is { } accessor && (accessor.IsPublic || accessor.IsFamily) =>
                    $"{property.Name} {{ {(property.GetMethod is { IsPublic: true } ? "get; " : "")}{(property.SetMethod is { IsPublic: true } ? "set; " : "")}}} : {NameOf(property.PropertyType)}",
                FieldInfo { IsPublic: true } field => $"{field.Name} : {NameOf(field.FieldType)}",
                _ => null,
            };
            // What the compiler adds to records is no one's decision.
            if (signature is not null && !member.Name.Contains('<', StringComparison.Ordinal) && member.Name is not ("PrintMembers" or "EqualityContract" or "Equals" or "GetHashCode" or "Deconstruct"))
            {
                yield return $"{NameOf(type)}.{signature}";
            }
        }
    }

    private static string Parameters(MethodBase method) => string.Join(", ", method.GetParameters().Select(static p => $"{NameOf(p.ParameterType)} {p.Name}"));

    private static string NameOf(Type type)
    {
        if (type.IsGenericParameter)
        {
            return type.Name;
        }
        if (type.IsByRef)
        {
            return $"ref {NameOf(type.GetElementType() ?? type)}";
        }
        if (type.IsArray)
        {
            return $"{NameOf(type.GetElementType() ?? type)}[]";
        }
        string name = type.Name.Split('`')[0];
        string outer = type is { IsNested: true, DeclaringType: { } declaring } ? NameOf(declaring) + "." : "";
        return outer + name + (type.IsGenericType ? $"<{string.Join(", ", type.GetGenericArguments().Select(NameOf))}>" : "");
    }
}
