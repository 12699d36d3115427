using System.Buffers.Text;
using System.Globalization;
using System.Text;
using Lstm.Service.Errors;

namespace Lstm.Service.Sessions;

/// <content>Listing.</content>
internal sealed partial class SessionRegistry
{
    /// <summary>Sessions on a page when the caller names no number.</summary>
    public const int DefaultPageSize = 100;

    /// <summary>The most sessions on a page.</summary>
    public const int MaxPageSize = 1000;

    /// <summary>Lists open sessions in the order of their ids. All of them are looked at and a thousand described: lists take turns.</summary>
    /// <typeparam name="T">The answer.</typeparam>
    /// <param name="model">Only sessions of this model; empty: all.</param>
    /// <param name="pageSize">At most this many; 0: <see cref="DefaultPageSize"/>.</param>
    /// <param name="pageToken">From the page before; empty: the first page.</param>
    /// <param name="write">Makes the answer of a page.</param>
    /// <param name="gone">Cancelled when the caller goes away.</param>
    /// <returns>The answer.</returns>
    /// <exception cref="LstmException">INVALID_PAGE_SIZE, INVALID_PAGE_TOKEN, MODEL_NOT_FOUND, MODEL_LOAD_FAILED, QUEUE_FULL.</exception>
    /// <exception cref="OperationCanceledException">The caller went away.</exception>
    public async ValueTask<T> ListAsync<T>(string model, uint pageSize, string pageToken, Func<SessionPage, T> write, CancellationToken gone)
    {
        using var turn = await _lists.TakeAsync(gone);
        return write(List(model, pageSize, pageToken));
    }

    private SessionPage List(string model, uint pageSize, string pageToken)
    {
        if (pageSize > MaxPageSize)
            throw new LstmException(
                ErrorCode.InvalidPageSize,
                $"Expected a page_size of at most {MaxPageSize} (0 means {DefaultPageSize}) but got {pageSize}.",
                ("max_page_size", MaxPageSize.ToString(CultureInfo.InvariantCulture)), ("page_size", pageSize.ToString(CultureInfo.InvariantCulture)));
        string after = ReadToken(pageToken);
        var served = model.Length == 0 ? null : _models.Get(model);
        int size = pageSize == 0 ? DefaultPageSize : (int)pageSize;

        // The smallest ids after the token, without sorting all: the queue's head is the largest of those kept.
        int total = 0;
        var kept = new PriorityQueue<Session, string>(size + 2, Comparer<string>.Create(static (a, b) => string.CompareOrdinal(b, a)));
        foreach (var (id, session) in _open)
        {
            if (served is not null && session.Model != served)
                continue;
            total++;
            if (string.CompareOrdinal(id, after) <= 0)
                continue;
            kept.Enqueue(session, id);
            if (kept.Count > size + 1) // One more than the page tells whether there is another page.
                kept.Dequeue();
        }

        var page = new List<SessionSnapshot>(kept.Count);
        while (kept.TryDequeue(out var session, out _))
            page.Add(session.Describe());
        page.Reverse();
        if (page.Count <= size)
            return new(page, "", total);
        page.RemoveAt(size);
        return new(page, Base64Url.EncodeToString(Encoding.ASCII.GetBytes(page[^1].Id)), total);
    }

    private static string ReadToken(string token)
    {
        if (token.Length == 0)
            return "";
        if (Base64Url.IsValid(token))
        {
            string id = Encoding.ASCII.GetString(Base64Url.DecodeFromChars(token));
            if (SessionId.IsValid(id))
                return id;
        }

        throw new LstmException(ErrorCode.InvalidPageToken, $"'{token}' is not a page_token. Send next_page_token of the reply before, unchanged.", ("page_token", token));
    }
}
