using System.Collections.Frozen;
using Grpc.Core;
using static Lstm.Service.Errors.ErrorCode;

namespace Lstm.Service.Errors;

/// <summary>The one list of faults: reason, gRPC status, HTTP status, title, what to do. docs/api.md shows it; a test compares.</summary>
internal static class ErrorMap
{
    /// <summary>google.rpc.ErrorInfo.domain of every fault.</summary>
    public const string Domain = "lstm";

    /// <summary>All faults, in the order of the documentation.</summary>
    public static readonly IReadOnlyList<ErrorEntry> All =
    [
        new(ModelRequired, "MODEL_REQUIRED", StatusCode.InvalidArgument, 400, "No model named", "Name one of the models that the message lists."),
        new(ModelNotFound, "MODEL_NOT_FOUND", StatusCode.NotFound, 404, "No such model", "Use one of the models that the message lists."),
        new(ModelLoadFailed, "MODEL_LOAD_FAILED", StatusCode.FailedPrecondition, 409, "The model did not load", "Mend the faults that the message lists, then restart the service."),
        new(ModelLoading, "MODEL_LOADING", StatusCode.Unavailable, 503, "The model is still being loaded", "Send the same request again a little later."),
        new(InvalidSessionId, "INVALID_SESSION_ID", StatusCode.InvalidArgument, 400, "Not a session id", "Use 1 to 128 of A-Z a-z 0-9 . _ - ~."),
        new(InvalidOpenMode, "INVALID_OPEN_MODE", StatusCode.InvalidArgument, 400, "Not a mode of opening", "Use create, resume or create_or_resume."),
        new(InvalidTenant, "INVALID_TENANT", StatusCode.InvalidArgument, 400, "Not a tenant", "Send at most 64 visible ASCII characters in one header, or leave it out."),
        new(NotStreamable, "NOT_STREAMABLE", StatusCode.FailedPrecondition, 409, "The model cannot be stepped", "Send whole sequences to predict; the message says which operator needs them."),
        new(SessionNotFound, "SESSION_NOT_FOUND", StatusCode.NotFound, 404, "No such session", "Open it first; its state is not here."),
        new(SessionExists, "SESSION_EXISTS", StatusCode.AlreadyExists, 409, "The session exists already", "Resume it, close it, or choose another id."),
        new(SessionExpired, "SESSION_EXPIRED", StatusCode.NotFound, 410, "The session was idle too long and ended", "Create it again and replay its steps, or raise Lstm:Sessions:IdleTimeout."),
        new(SessionClosed, "SESSION_CLOSED", StatusCode.NotFound, 410, "The session was closed", "Create it again when it should start anew."),
        new(SessionModelMismatch, "SESSION_MODEL_MISMATCH", StatusCode.FailedPrecondition, 409, "The session runs another model", "Name the session's model or none when resuming."),
        new(TooManySessions, "TOO_MANY_SESSIONS", StatusCode.ResourceExhausted, 429, "No room for another session", "Close sessions, or raise Lstm:Sessions:MaxSessions."),
        new(InvalidPageSize, "INVALID_PAGE_SIZE", StatusCode.InvalidArgument, 400, "Not a page size", "Use 0 for the default, or at most the number in the message."),
        new(InvalidPageToken, "INVALID_PAGE_TOKEN", StatusCode.InvalidArgument, 400, "Not a page token", "Send next_page_token of the reply before, unchanged."),
        new(StepGap, "STEP_GAP", StatusCode.FailedPrecondition, 409, "Steps are missing", "Go on with the step that the message expects."),
        new(StepTooOld, "STEP_TOO_OLD", StatusCode.FailedPrecondition, 409, "The step is done and its reply is gone", "Go on with the step that the message expects; only the last message can be sent again."),
        new(StepConflict, "STEP_CONFLICT", StatusCode.AlreadyExists, 409, "The step was done with another input", "Send the same input again, or go on with the next step."),
        new(GatesNotKept, "GATES_NOT_KEPT", StatusCode.FailedPrecondition, 409, "The gates of that step were not kept", "Ask for gates the first time that a step is sent."),
        new(ChunkTooLarge, "CHUNK_TOO_LARGE", StatusCode.InvalidArgument, 400, "Too many steps in one message", "Send fewer steps in a message, or raise Lstm:Sessions:MaxStepsPerMessage."),
        new(InputShape, "INPUT_SHAPE", StatusCode.InvalidArgument, 400, "Wrong number of inputs", "Send input_size values for every timestep."),
        new(InputNotFinite, "INPUT_NOT_FINITE", StatusCode.InvalidArgument, 400, "An input is not a finite number", "Fill or drop missing values before sending them."),
        new(InputRange, "INPUT_RANGE", StatusCode.InvalidArgument, 400, "An input has a value that the model does not take", "Send what the message expects."),
        new(RunTooLong, "RUN_TOO_LONG", StatusCode.DeadlineExceeded, 504, "The model ran too long and was stopped", "Send another input or a shorter sequence, or raise Lstm:Models:MaxRunTime."),
        new(QueueFull, "QUEUE_FULL", StatusCode.ResourceExhausted, 429, "Too many requests wait", "Send the same request again a little later."),
        new(PredictionEmpty, "PREDICTION_EMPTY", StatusCode.InvalidArgument, 400, "No sequence to predict", "Send at least one sequence."),
        new(PredictionTooLarge, "PREDICTION_TOO_LARGE", StatusCode.InvalidArgument, 400, "Too much for one prediction", "Send several requests, or raise the option in the message."),
        new(SequenceLength, "SEQUENCE_LENGTH", StatusCode.InvalidArgument, 400, "A sequence has a length that the model does not take", "Send sequences of the length in the message."),
        new(InitialState, "INITIAL_STATE", StatusCode.InvalidArgument, 400, "An initial state does not fit the model", "Send every piece of the state, by name and with its length, or none."),
        new(SessionInputs, "SESSION_INPUTS", StatusCode.InvalidArgument, 400, "What a session is given once does not fit the model", "Send every one of the model's session_inputs, by name and with its shape, when the session opens."),
        new(SessionInputsTooLarge, "SESSION_INPUTS_TOO_LARGE", StatusCode.ResourceExhausted, 429, "What sessions are given takes too much", "Send less, close sessions, or raise the option in the message."),
        new(StreamNotOpened, "STREAM_NOT_OPENED", StatusCode.FailedPrecondition, 400, "The stream's first message is not an open", "Begin the stream with open."),
        new(StreamRequestEmpty, "STREAM_REQUEST_EMPTY", StatusCode.InvalidArgument, 400, "A stream message without content", "Set open, step, batch or close."),
        new(StreamRequestPieces, "STREAM_REQUEST_PIECES", StatusCode.InvalidArgument, 400, "A stream message in many pieces", "Set one of open, step, batch or close in a message, once."),
        new(HandleInUse, "HANDLE_IN_USE", StatusCode.AlreadyExists, 409, "The handle is taken on this stream", "Choose a free handle or close this one first."),
        new(HandleNotOpen, "HANDLE_NOT_OPEN", StatusCode.FailedPrecondition, 409, "The handle is not open on this stream", "Open a session under this handle first."),
        new(TooManyHandles, "TOO_MANY_HANDLES", StatusCode.ResourceExhausted, 429, "No room for another handle on this stream", "Close handles, use another stream, or raise Lstm:Grpc:MaxHandlesPerStream."),
        new(BatchEmpty, "BATCH_EMPTY", StatusCode.InvalidArgument, 400, "A batch without sessions", "Send at least one handle."),
        new(BatchTooLarge, "BATCH_TOO_LARGE", StatusCode.InvalidArgument, 400, "Too many sessions in one message", "Send several messages, or raise Lstm:Grpc:MaxSessionsPerMessage."),
        new(BatchSteps, "BATCH_STEPS", StatusCode.InvalidArgument, 400, "Not a step number for every handle", "Send the number of each session's step, or no numbers at all."),
        new(BatchHandleTwice, "BATCH_HANDLE_TWICE", StatusCode.InvalidArgument, 400, "A handle is in the batch twice", "Send one step of each session in a message."),
        new(BatchModelsDiffer, "BATCH_MODELS_DIFFER", StatusCode.InvalidArgument, 400, "Sessions of different models in one batch", "Send a batch for each model."),
        new(MalformedJson, "MALFORMED_JSON", StatusCode.InvalidArgument, 400, "The body is not JSON", "Mend the body at the line and position in the message."),
        new(UnknownField, "UNKNOWN_FIELD", StatusCode.InvalidArgument, 400, "A field that does not exist", "Use only the fields that the message lists."),
        new(InvalidField, "INVALID_FIELD", StatusCode.InvalidArgument, 400, "A field has a value of the wrong kind", "Send what the message expects."),
        new(MessageTooLarge, "MESSAGE_TOO_LARGE", StatusCode.ResourceExhausted, 413, "The message is too large", "Send fewer steps in a message, or raise the limit in the message."),
        new(UnsupportedMediaType, "UNSUPPORTED_MEDIA_TYPE", StatusCode.InvalidArgument, 415, "The body is not declared as JSON", "Send Content-Type: application/json."),
        new(RouteNotFound, "ROUTE_NOT_FOUND", StatusCode.Unimplemented, 404, "No such address", "See /swagger for the addresses that exist."),
        new(MethodNotAllowed, "METHOD_NOT_ALLOWED", StatusCode.Unimplemented, 405, "The address does not take this method", "Use one of the methods in the Allow header."),
        new(BadRequest, "BAD_REQUEST", StatusCode.InvalidArgument, 400, "Not a valid HTTP request", "Mend the request as the message says."),
        new(ShuttingDown, "SHUTTING_DOWN", StatusCode.Unavailable, 503, "The service is stopping", "Connect again; sessions of a stopped service are gone unless they were saved."),
        new(Internal, "INTERNAL", StatusCode.Internal, 500, "The service failed", "Report it with the trace id; the log has the details."),
    ];

    private static readonly FrozenDictionary<ErrorCode, ErrorEntry> ByCode = All.ToFrozenDictionary(static e => e.Code);

    /// <summary>The facts of a fault.</summary>
    /// <param name="code">Which.</param>
    /// <returns>Its entry.</returns>
    public static ErrorEntry Get(ErrorCode code) => ByCode[code];
}
