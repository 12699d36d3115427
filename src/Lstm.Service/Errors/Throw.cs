using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace Lstm.Service.Errors;

/// <summary>Builds the faults of sessions and steps, so that the callers stay small and the texts are in one place.</summary>
internal static partial class Throw
{
    [DoesNotReturn]
    public static void InvalidSessionId(string id) => throw new LstmException(
        ErrorCode.InvalidSessionId,
        $"Expected a session id of 1 to {Sessions.SessionId.MaxLength} characters of A-Z a-z 0-9 . _ - ~ but got {Quote(id)} ({id.Length} characters).",
        ("session_id", Shorten(id)));

    public static LstmException SessionNotFound(string id) => new(
        ErrorCode.SessionNotFound, $"There is no session '{id}'. Open it with mode create; a state is never made up.", ("session_id", id));

    public static LstmException SessionExists(string id, string model, ulong step) => new(
        ErrorCode.SessionExists,
        $"Session '{id}' exists already: model '{model}', {step} steps done. Open it with mode resume, close it, or choose another id.",
        ("session_id", id), ("model", model), ("step", Text(step)));

    public static LstmException SessionExpired(string id, string model, ulong step, DateTimeOffset at, TimeSpan idleTimeout) => new(
        ErrorCode.SessionExpired,
        $"Session '{id}' (model '{model}', {step} steps done) ended at {Text(at)}: it was idle for {idleTimeout} (Lstm:Sessions:IdleTimeout). Create it again and replay its steps.",
        ("session_id", id), ("model", model), ("step", Text(step)), ("ended_at", Text(at)));

    public static LstmException SessionClosed(string id, string model, ulong step, DateTimeOffset at) => new(
        ErrorCode.SessionClosed,
        $"Session '{id}' (model '{model}', {step} steps done) was closed by a client at {Text(at)}. Create it again when it should start anew.",
        ("session_id", id), ("model", model), ("step", Text(step)), ("ended_at", Text(at)));

    public static LstmException SessionModelMismatch(string id, string actual, string asked) => new(
        ErrorCode.SessionModelMismatch,
        $"Session '{id}' runs model '{actual}' but the request names '{asked}'. Name '{actual}' or no model to resume it.",
        ("session_id", id), ("model", actual), ("requested_model", asked));

    public static LstmException TooManySessions(int limit) => new(
        ErrorCode.TooManySessions,
        $"{limit} sessions are open, as many as allowed (Lstm:Sessions:MaxSessions). Close some or raise the limit; live sessions are never dropped for new ones.",
        ("max_sessions", Text(limit)));

    public static LstmException StepGap(string id, ulong expected, ulong found) => new(
        ErrorCode.StepGap,
        $"Session '{id}' expects step {expected} but got step {found}. Send step {expected} first; the state is unchanged.",
        ("session_id", id), ("expected_step", Text(expected)), ("step", Text(found)));

    public static LstmException StepTooOld(string id, ulong expected, ulong found, ulong lastFirst, int lastCount) => new(
        ErrorCode.StepTooOld,
        $"Session '{id}' expects step {expected} but got step {found}, which is done. Only the last message ({Range(lastFirst, lastCount)}) can be sent again; the state is unchanged.",
        ("session_id", id), ("expected_step", Text(expected)), ("step", Text(found)), ("last_step", Text(lastFirst)), ("last_count", Text(lastCount)));

    public static LstmException StepConflict(string id, ulong step, string difference, ulong expected) => new(
        ErrorCode.StepConflict,
        $"Session '{id}' has done step {step} with another input: {difference}. Send the same input again, or go on with step {expected}; the state is unchanged.",
        ("session_id", id), ("step", Text(step)), ("expected_step", Text(expected)));

    public static LstmException GatesNotKept(string id, ulong step) => new(
        ErrorCode.GatesNotKept,
        $"Session '{id}' has done step {step} without want_gates, so its gates were not kept. Ask for gates the first time that a step is sent.",
        ("session_id", id), ("step", Text(step)));

    public static LstmException ChunkTooLarge(uint count, int limit) => new(
        ErrorCode.ChunkTooLarge,
        $"Expected at most {limit} steps in a message (Lstm:Sessions:MaxStepsPerMessage) but got {count}. Send several messages.",
        ("max_steps", Text(limit)), ("count", Text(count)));

    public static LstmException InputShape(string model, int count, int inputSize, int found) => new(
        ErrorCode.InputShape,
        count == 1
            ? $"Expected {inputSize} values (input_size of model '{model}') but got {found}."
            : $"Expected {(long)count * inputSize} values ({count} steps of {inputSize}, input_size of model '{model}') but got {found}.",
        ("expected", Text((long)count * inputSize)), ("found", Text(found)), ("count", Text(count)), ("input_size", Text(inputSize)), ("model", model));

    public static LstmException InputShapes(string model, int count, int floats, int integers, int foundFloats, int foundIntegers) => new(
        ErrorCode.InputShape,
        $"Expected {(long)count * floats} values in x and {(long)count * integers} in x_integers ({count} {(count == 1 ? "step" : "steps")} of model '{model}', {floats} values of floating-point inputs and {integers} of integer ones each) but got {foundFloats} and {foundIntegers}.",
        ("expected", Text((long)count * integers)), ("found", Text(foundIntegers)), ("count", Text(count)), ("input_size", Text(floats + integers)), ("model", model));

    public static LstmException InputNotFinite(string model, int row, int index, float value) => new(
        ErrorCode.InputNotFinite,
        $"Expected finite values but got {value.ToString(CultureInfo.InvariantCulture)} at index {index} of step {row + 1} of the message (model '{model}'). Fill or drop missing values first.",
        ("index", Text(index)), ("row", Text(row + 1)), ("value", value.ToString(CultureInfo.InvariantCulture)), ("model", model));

    public static LstmException InputRange(string model, int row, string fault) => new(
        ErrorCode.InputRange, $"Step {row + 1} of the message (model '{model}'): {fault}", ("row", Text(row + 1)), ("model", model));

    public static LstmException InputRefused(string model, Engine.InputRefusedException refusal) => new(
        ErrorCode.InputRange, $"Model '{model}' refuses the input; the state is as before. {refusal.Message}", ("model", model));

    public static LstmException RunTooLong(string model, Engine.RunTooLongException stop) => new(
        ErrorCode.RunTooLong, $"Model '{model}': {stop.Message}", ("model", model), ("limit", stop.Limit.ToString()));

    public static LstmException QueueFull(string model, int limit, string option) => new(
        ErrorCode.QueueFull,
        $"{limit} requests already wait for {model}, as many as allowed ({option}). Nothing was done; send the same request again a little later.",
        ("limit", Text(limit)), ("option", option));

    public static LstmException HandleNotOpen(uint handle) => new(
        ErrorCode.HandleNotOpen, $"Handle {handle} is not open on this stream. Open a session under it first.", ("handle", Text(handle)));

    public static LstmException StreamRequestPieces(int found, int limit) => new(
        ErrorCode.StreamRequestPieces,
        $"Expected one of open, step, batch and close in a message, once, but got {found} of them. Up to {limit} are merged as Protobuf says; send a message for each request.",
        ("limit", Text(limit)), ("found", Text(found)));

    public static LstmException ShuttingDown() => new(ErrorCode.ShuttingDown, "The service is stopping. Connect again, to this or another instance.");

    private static string Range(ulong first, int count) =>
        first == 0 ? "none yet" : count == 1 ? $"step {first}" : $"steps {first} to {first + (ulong)count - 1}";

    private static string Text(IFormattable value) => value.ToString(null, CultureInfo.InvariantCulture);

    private static string Text(DateTimeOffset value) => Sessions.Rfc3339.Format(value);

    private static string Quote(string text) => $"'{Shorten(text)}'";

    private static string Shorten(string text) => text.Length <= 160 ? text : $"{text.AsSpan(0, 160)}…";
}
