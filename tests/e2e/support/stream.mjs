import grpc from '@grpc/grpc-js';

// A reply that never comes fails the test instead of holding it.
const endsWithinMs = 120_000;

/**
 * One Stream call. Replies come in the order of the requests, so `send` can answer with the reply to its own request;
 * many may be on their way at once. When the call ends, whoever still waits is rejected.
 */
export class Stream {
  #call;
  #waiting = [];

  constructor(client, { deadline = Date.now() + endsWithinMs } = {}) {
    this.#call = client.stream(new grpc.Metadata(), { deadline });
    this.#call.on('data', (reply) => this.#waiting.shift().resolve(reply));
    /** Resolves with the status of the call, whatever it is. */
    this.status = new Promise((resolve) => {
      this.#call.on('error', (error) => { this.#rejectAll(error); resolve(error); });
      this.#call.on('status', (status) => {
        if (status.code !== grpc.status.OK) return; // 'error' tells
        this.#rejectAll(new Error('the stream ended before the reply'));
        resolve(status);
      });
    });
  }

  /** Sends one request; resolves with its reply, in-band errors included. */
  send(request) {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ resolve, reject });
      this.#call.write(request);
    });
  }

  /** Opens a session and returns it; throws when the server refuses. */
  async open(handle, sessionId, { model = 'nyc-taxi', mode = 'OPEN_MODE_CREATE' } = {}) {
    const reply = await this.send({ open: { handle, session_id: sessionId, model, mode } });
    if (reply.kind !== 'opened') throw new Error(`open was refused: ${JSON.stringify(reply.error)}`);
    return reply.opened;
  }

  /** Sends one step; resolves with the reply. */
  step(handle, step, x, more = {}) {
    return this.send({ step: { handle, step, x: Array.from(x), ...more } });
  }

  /** Ends the sending side and waits until the server has answered everything. */
  async end() {
    this.#call.end();
    const status = await this.status;
    if (status.code !== grpc.status.OK) throw status;
  }

  /** Breaks the call off, as a client that goes away. */
  cancel() {
    this.#call.cancel();
    return this.status;
  }

  #rejectAll(error) {
    for (const waiter of this.#waiting.splice(0)) waiter.reject(error);
  }
}
