using System.Globalization;

namespace Lstm.Service.Errors;

/// <content>Whole sequences.</content>
internal static partial class Throw
{
    public static LstmException NotStreamable(string model, IReadOnlyList<Engine.ModelFault> reasons) => new(
        ErrorCode.NotStreamable,
        $"Model '{model}' cannot be stepped, so it has no sessions: {string.Join(" ", reasons)} Send whole sequences to Predict (POST /v1/models/{model}:predict).",
        ("model", model), ("operators", string.Join(", ", reasons.Select(static r => r.Operator).Where(static o => o.Length > 0).Distinct())), ("reasons", string.Join("\n", reasons)));

    public static LstmException PredictionEmpty(string model) => new(
        ErrorCode.PredictionEmpty, $"Expected at least one sequence for model '{model}' but got none.", ("model", model));

    public static LstmException PredictionTooLarge(string what, long found, int limit, string option) => new(
        ErrorCode.PredictionTooLarge,
        $"Expected at most {limit} {what} ({option}) but got {found}. Send several requests.",
        ("limit", Text(limit)), ("found", Text(found)), ("option", option));

    public static LstmException SequenceShape(string model, int sequence, int inputSize, int found) => new(
        ErrorCode.InputShape,
        $"Expected {inputSize} values (input_size of model '{model}') for every timestep of sequence {sequence + 1} but got {found}, which is not a multiple.",
        ("found", Text(found)), ("sequence", Text(sequence + 1)), ("input_size", Text(inputSize)), ("model", model));

    public static LstmException SequenceShapes(string model, int sequence, int floats, int integers, int foundFloats, int foundIntegers) => new(
        ErrorCode.InputShape,
        $"Expected {floats} values in x and {integers} in x_integers (of the floating-point and the integer inputs of model '{model}') for every timestep of sequence {sequence + 1} but got {foundFloats} and {foundIntegers}.",
        ("found", Text(foundIntegers)), ("sequence", Text(sequence + 1)), ("input_size", Text(floats + integers)), ("model", model));

    public static LstmException SequenceLength(string model, int sequence, int found, string fault) => new(
        ErrorCode.SequenceLength, $"Sequence {sequence + 1} (model '{model}'): {fault}", ("sequence", Text(sequence + 1)), ("length", Text(found)), ("model", model));

    public static LstmException SequenceNotFinite(string model, int sequence, int row, int index, float value) => new(
        ErrorCode.InputNotFinite,
        $"Expected finite values but got {value.ToString(CultureInfo.InvariantCulture)} at index {index} of timestep {row + 1} of sequence {sequence + 1} (model '{model}'). Fill or drop missing values first.",
        ("index", Text(index)), ("row", Text(row + 1)), ("sequence", Text(sequence + 1)), ("value", value.ToString(CultureInfo.InvariantCulture)), ("model", model));

    public static LstmException SequenceRange(string model, int sequence, int row, string fault) => new(
        ErrorCode.InputRange, $"Timestep {row + 1} of sequence {sequence + 1} (model '{model}'): {fault}",
        ("row", Text(row + 1)), ("sequence", Text(sequence + 1)), ("model", model));

    public static LstmException SequenceRange(string model, int sequence, string fault) => new(
        ErrorCode.InputRange, $"Sequence {sequence + 1} (model '{model}'): {fault}", ("sequence", Text(sequence + 1)), ("model", model));

    public static LstmException InitialState(string model, int sequence, string fault, string piece) => new(
        ErrorCode.InitialState, $"The initial state of sequence {sequence + 1} does not fit model '{model}': {fault}",
        ("sequence", Text(sequence + 1)), ("state", piece), ("model", model));
}
