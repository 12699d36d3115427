namespace Lstm.Engine;

/// <summary>
/// The backend refuses the values of an input that is of the right form, e.g. a token beyond the vocabulary, or a length at which the graph
/// contradicts itself. The state is as before.
/// </summary>
/// <param name="message">What the backend says.</param>
/// <param name="inner">Where it came from, if it was an exception.</param>
public sealed class InputRefusedException(string message, Exception? inner = null) : ArgumentException(message, inner);
