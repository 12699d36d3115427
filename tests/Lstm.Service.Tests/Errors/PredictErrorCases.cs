using Lstm.Service.Errors;
using Lstm.V1;

namespace Lstm.Service.Tests.Errors;

/// <summary>What a prediction refuses.</summary>
internal static class PredictErrorCases
{
    private const string Taxi = "/v1/models/nyc-taxi:predict";
    private const string Good = "[10844, 0, 1, 0.78, 0.62]";

    private const string UnknownModel = "There is no model 'nope'. Available: char-lm, first, nyc-taxi, second.";
    private const string Empty = "Expected at least one sequence for model 'nyc-taxi' but got none.";
    private const string TooMany = "Expected at most 1024 sequences (Lstm:Predict:MaxSequences) but got 1025. Send several requests.";
    private const string TooLong = "Expected at most 65536 timesteps in all sequences together (Lstm:Predict:MaxTimesteps) but got 65537. Send several requests.";
    private const string Shape = "Expected 5 values (input_size of model 'nyc-taxi') for every timestep of sequence 2 but got 7, which is not a multiple.";
    private const string NoStep = "Sequence 2 (model 'nyc-taxi'): Expected at least one timestep but got 0.";
    private const string NotFinite = "Expected finite values but got NaN at index 3 of timestep 2 of sequence 1 (model 'nyc-taxi'). Fill or drop missing values first.";
    private const string Range = "Timestep 3 of sequence 1 (model 'char-lm'): Expected a whole number from -65 to 64 at place 0 of the input but got 70.";
    private const string StateNames = "layer0.h, layer0.c, layer1.h, layer1.c";
    private const string StateOf = "The initial state of sequence 1 does not fit model 'nyc-taxi': ";

    public static readonly IReadOnlyList<HttpCase> Http =
    [
        new("predict: unknown model", ErrorCode.ModelNotFound, "POST", "/v1/models/nope:predict", Body("[1]"), UnknownModel),
        new("predict: broken model", ErrorCode.ModelLoadFailed, "POST", "/v1/models/broken:predict", Body("[1]"), BrokenModel.Detail),
        new("predict: no sequences", ErrorCode.PredictionEmpty, "POST", Taxi, """{"sequences": []}""", Empty, ("model", "nyc-taxi")),
        new("predict: too many sequences", ErrorCode.PredictionTooLarge, "POST", Taxi, Body([.. Enumerable.Repeat("[1]", 1025)]), TooMany, ("limit", "1024"), ("found", "1025")),
        new("predict: too many timesteps", ErrorCode.PredictionTooLarge, "POST", "/v1/models/char-lm:predict", Body($"[{string.Join(',', new int[65_537])}]"), TooLong,
            ("option", "Lstm:Predict:MaxTimesteps")),
        new("predict: no multiple", ErrorCode.InputShape, "POST", Taxi, Body(Good, "[1, 2, 3, 4, 5, 6, 7]"), Shape, ("sequence", "2"), ("found", "7"), ("input_size", "5")),
        new("predict: a short row", ErrorCode.InputShape, "POST", Taxi, Body(Good, $"[{Good}, [1, 2]]"), "Expected 5 values (input_size of model 'nyc-taxi') in sequences[1].x[1] but got 2.",
            ("sequence", "2"), ("row", "2")),
        new("predict: no timestep", ErrorCode.SequenceLength, "POST", Taxi, Body(Good, "[]"), NoStep, ("sequence", "2"), ("length", "0")),
        new("predict: NaN", ErrorCode.InputNotFinite, "POST", Taxi, Body($$"""[{{Good}}, [1, 2, 3, "NaN", 5]]"""), NotFinite, ("sequence", "1"), ("row", "2"), ("index", "3")),
        new("predict: token out of range", ErrorCode.InputRange, "POST", "/v1/models/char-lm:predict", Body("[1, 2, 70]"), Range, ("row", "3"), ("sequence", "1")),
        new("predict: unknown state", ErrorCode.InitialState, "POST", Taxi, State("""{"name": "h0", "values": [1]}"""), StateOf + $"the model has no state 'h0'; it has {StateNames}.", ("state", "h0")),
        new("predict: short state", ErrorCode.InitialState, "POST", Taxi, State("""{"name": "layer0.h", "values": [1]}"""),
            StateOf + "expected 'layer0.h' of shape [64] but got 1 values.", ("state", "layer0.h"), ("sequence", "1")),
        new("predict: state of another shape", ErrorCode.InitialState, "POST", Taxi, State($$"""{"name": "layer0.h", "shape": [8, 8], "values": {{Zeros}}}"""),
            StateOf + "expected 'layer0.h' of shape [64] but got shape [8, 8] with 64 values."),
        new("predict: half a state", ErrorCode.InitialState, "POST", Taxi, State($$"""{"name": "layer0.h", "shape": [64], "values": {{Zeros}}}"""),
            StateOf + $"'layer0.c' is missing; the whole state is {StateNames}."),
        new("predict: a piece twice", ErrorCode.InitialState, "POST", Taxi, State($$"""{"name": "layer0.h", "values": {{Zeros}}}, {"name": "layer0.h", "values": {{Zeros}}}"""), StateOf + "'layer0.h' is there twice."),
        new("predict: more pieces than the state has", ErrorCode.InitialState, "POST", Taxi, State("{}, {}, {}, {}, {}"),
            StateOf + $"expected at most 4 pieces but got 5; the whole state is {StateNames}.", ("sequence", "1")),
        new("predict: no field sequences", ErrorCode.InvalidField, "POST", Taxi, "{}", "Field 'sequences' is missing. Expected a list of objects with the field x.", ("field", "sequences")),
        new("predict: no field x", ErrorCode.InvalidField, "POST", Taxi, """{"sequences": [{}]}""", "Field 'sequences[0].x' is missing. Expected a list of lists of 5 numbers, one a timestep."),
        new("predict: null for a sequence", ErrorCode.InvalidField, "POST", Taxi, """{"sequences": [null]}""", "Field 'sequences[0].x' is missing. Expected a list of lists of 5 numbers, one a timestep."),
        new("predict: a piece without name", ErrorCode.InvalidField, "POST", Taxi, State("""{"values": [1]}"""), "Field 'sequences[0].state[0].name' is missing. Expected the name of a piece of the state."),
        new("predict: a piece without values", ErrorCode.InvalidField, "POST", Taxi, State("""{"name": "layer0.h"}"""), "Field 'sequences[0].state[0].values' is missing. Expected a list of numbers."),
        new("predict: text in x", ErrorCode.InvalidField, "POST", Taxi, Body(Good, """[[1, "2"]]"""), "Field 'sequences[1].x[0][1]' has a value of the wrong kind: expected a number but got a text.",
            ("field", "sequences[1].x[0][1]")),
        new("predict: x itself", ErrorCode.InvalidField, "POST", Taxi, """{"sequences": [[1, 2]]}""",
            "Field 'sequences[0]' has a value of the wrong kind: expected an object with the fields x, x_integers, state, inputs but got a list."),
        new("predict: text in a state", ErrorCode.InvalidField, "POST", Taxi, State("""{"name": "layer0.h", "values": ["one"]}"""),
            "Field 'sequences[0].state[0].values[0]' has a value of the wrong kind: expected a number but got a text."),
        new("predict: an object for the list", ErrorCode.InvalidField, "POST", Taxi, """{"sequences": {"x": []}}""", "Field 'sequences' has a value of the wrong kind: expected a list of objects but got an object."),
        new("predict: unknown field of a sequence", ErrorCode.UnknownField, "POST", Taxi, """{"sequences": [{"x": []}, {"y": []}]}""", "There is no field 'sequences[1].y'. Fields: x, x_integers, state, inputs.",
            ("field", "sequences[1].y"), ("fields", "x, x_integers, state, inputs")),
        new("predict: a field of a sequence twice", ErrorCode.InvalidField, "POST", Taxi, """{"sequences": [{"x": [], "x": []}]}""", "Field 'sequences[0].x' is there twice. Send it once."),
        new("predict: unknown wish", ErrorCode.InvalidField, "POST", Taxi, """{"sequences": [], "want": ["gates"]}""", "Field 'want[0]' is 'gates'. Expected state."),
    ];

    public static readonly IReadOnlyList<GrpcCase> Grpc =
    [
        new("predict: no model", ErrorCode.ModelRequired, static c => c.PredictAsync(new()).ResponseAsync, "The request names no model. Available: char-lm, first, nyc-taxi, second."),
        new("predict: unknown model", ErrorCode.ModelNotFound, static c => c.PredictAsync(new() { Model = "nope" }).ResponseAsync, UnknownModel),
        new("predict: no sequences", ErrorCode.PredictionEmpty, static c => Send(c), Empty),
        new("predict: too many sequences", ErrorCode.PredictionTooLarge, static c => Send(c, [.. Enumerable.Repeat(new Sequence(), 1025)]), TooMany, ("option", "Lstm:Predict:MaxSequences")),
        new("predict: no multiple", ErrorCode.InputShape, static c => Send(c, Of(1, 2, 3, 4, 5), Of(1, 2, 3, 4, 5, 6, 7)), Shape, ("sequence", "2")),
        new("predict: no timestep", ErrorCode.SequenceLength, static c => Send(c, Of(1, 2, 3, 4, 5), Of()), NoStep),
        new("predict: NaN", ErrorCode.InputNotFinite, static c => Send(c, Of(1, 2, 3, 4, 5, 1, 2, 3, float.NaN, 5)), NotFinite, ("value", "NaN")),
        new("predict: token out of range", ErrorCode.InputRange, static c => c.PredictAsync(new() { Model = "char-lm", Sequences = { Of(1, 2, 70) } }).ResponseAsync, Range),
        new("predict: a state that is no number", ErrorCode.InitialState,
            static c => Send(c, new Sequence { X = { 1, 2, 3, 4, 5 }, State = { new NamedTensor { Name = "layer1.c", Shape = { 64 }, Values = { Enumerable.Repeat(float.NaN, 64) } } } }),
            StateOf + "a value of 'layer1.c' is not a finite number.", ("state", "layer1.c")),
        new("predict: a state of a huge shape", ErrorCode.InitialState,
            static c => Send(c, new Sequence { X = { 1, 2, 3, 4, 5 }, State = { new NamedTensor { Name = "layer1.c", Shape = { uint.MaxValue }, Values = { new float[64] } } } }),
            StateOf + "expected 'layer1.c' of shape [64] but got shape [4294967295] with 64 values."),
        new("predict: more pieces than the state has", ErrorCode.InitialState, static c => Send(c, Of(1, 2, 3, 4, 5), WithState(5, new NamedTensor())),
            StateOf.Replace("sequence 1", "sequence 2", StringComparison.Ordinal) + $"expected at most 4 pieces but got 5; the whole state is {StateNames}.", ("sequence", "2")),
        new("predict: a shape of many axes", ErrorCode.InitialState, static c => Send(c, WithState(1, new NamedTensor { Shape = { new uint[9] } })),
            StateOf + "expected pieces of at most 1 axes but got a shape of 9.", ("sequence", "1")),
    ];

    private static string Zeros => $"[{string.Join(',', new int[64])}]";

    private static string Body(params string[] x) => $$"""{"sequences": [{{string.Join(',', x.Select(static one => $$"""{"x": {{one}}}"""))}}]}""";

    private static string State(string pieces) => $$"""{"sequences": [{"x": {{Good}}, "state": [{{pieces}}]}]}""";

    private static Sequence Of(params float[] x) => new() { X = { x } };

    private static Sequence WithState(int pieces, NamedTensor piece) => new() { X = { 1, 2, 3, 4, 5 }, State = { Enumerable.Repeat(piece, pieces) } };

    private static Task<PredictReply> Send(Inference.InferenceClient client, params Sequence[] sequences) =>
        client.PredictAsync(new() { Model = "nyc-taxi", Sequences = { sequences } }).ResponseAsync;
}
