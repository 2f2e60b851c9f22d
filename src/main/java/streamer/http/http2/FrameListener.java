package streamer.http.http2;

/**
 * What a connection does about the frames that have come.
 *
 * <p>Threads: called on the connection's I/O thread.
 */
interface FrameListener {
    /** DATA of this size has come, with its padding: it counts for the connection's window. */
    void received(int bytes);

    /** DATA of this size was dropped: it counts for the stream's window. */
    void discarded(int stream, int bytes);

    /** More DATA has come than a stream's window allows. */
    void overflow(int stream);

    /** {@link FrameSource#end} of a stream is being handed out. */
    void ended(int stream);

    /** The client has read the oldest PING that it has not answered yet. */
    void acknowledged();

    /** The client has reset a stream. */
    void reset();

    /** The client has broken the protocol: ends the connection with this error code (RFC 9113, 7). */
    void fail(int code);
}
