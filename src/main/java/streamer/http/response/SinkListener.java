package streamer.http.response;

/** Callbacks of a {@link ResponseSink}, on any thread; must not wait. */
public interface SinkListener {
    /** The client has left. */
    void clientLeft();

    /** {@link ResponseSink#due} is to be called within this time, in nanoseconds. */
    void dueWithin(long nanos);
}
