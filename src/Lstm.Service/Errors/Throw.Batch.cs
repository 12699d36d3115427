namespace Lstm.Service.Errors;

/// <content>Messages with steps of many sessions. They are refused as a whole: no session stepped.</content>
internal static partial class Throw
{
    public static LstmException BatchEmpty() => new(
        ErrorCode.BatchEmpty, "Expected at least one handle in a batch but got none.");

    public static LstmException BatchTooLarge(int count, int limit) => new(
        ErrorCode.BatchTooLarge,
        $"Expected at most {limit} sessions in a message (Lstm:Grpc:MaxSessionsPerMessage) but got {count}. Send several messages.",
        ("max_sessions", Text(limit)), ("count", Text(count)));

    public static LstmException BatchSteps(int handles, int steps) => new(
        ErrorCode.BatchSteps,
        $"Expected the numbers of {handles} steps, one for each handle, or none but got {steps}. Nothing was stepped.",
        ("expected", Text(handles)), ("found", Text(steps)));

    public static LstmException BatchHandleTwice(uint handle) => new(
        ErrorCode.BatchHandleTwice,
        $"Handle {handle} is in the batch twice. Send a session's steps in several messages, or as a chunk of its own. Nothing was stepped.",
        ("handle", Text(handle)));

    public static LstmException BatchModelsDiffer(uint handle, string model, string first) => new(
        ErrorCode.BatchModelsDiffer,
        $"Handle {handle} runs model '{model}' but the handles before it run '{first}'. Send a batch for each model. Nothing was stepped.",
        ("handle", Text(handle)), ("model", model), ("expected_model", first));

    public static LstmException BatchInputShape(string model, int sessions, int inputSize, int found) => new(
        ErrorCode.InputShape,
        $"Expected {(long)sessions * inputSize} values ({sessions} sessions, input_size {inputSize} of model '{model}') but got {found}. Nothing was stepped.",
        ("expected", Text((long)sessions * inputSize)), ("found", Text(found)), ("count", Text(sessions)), ("input_size", Text(inputSize)), ("model", model));
}
