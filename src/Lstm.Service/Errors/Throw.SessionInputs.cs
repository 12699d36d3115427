namespace Lstm.Service.Errors;

/// <content>What a model is given once, when a session opens.</content>
internal static partial class Throw
{
    public static LstmException SessionInputs(string model, int? sequence, string fault) => sequence is { } n
        ? new(ErrorCode.SessionInputs, $"The inputs of sequence {n + 1} (model '{model}'): {fault}", ("sequence", Text(n + 1)), ("model", model))
        : new(ErrorCode.SessionInputs, $"The inputs of a session of model '{model}': {fault}", ("model", model));

    public static LstmException OpenInputs(int found, int limit) => new(
        ErrorCode.SessionInputs, $"Expected at most {limit} inputs of a session but got {found}.", ("limit", Text(limit)), ("found", Text(found)));

    public static LstmException SessionInputsDiffer(string id, string input) => new(
        ErrorCode.SessionInputs,
        $"Session '{id}' was opened with another '{input}'. Resume it without inputs, or with those that it was opened with; for others create a new one.",
        ("session_id", id), ("input", input));

    public static LstmException SessionInputsTooLarge(string model, string what, long found, int limit, string option) => new(
        ErrorCode.SessionInputsTooLarge,
        $"Expected at most {limit} {what} ({option}) but got {found} for model '{model}'. Send less, close sessions, or raise the limit.",
        ("limit", Text(limit)), ("found", Text(found)), ("option", option), ("model", model));
}
