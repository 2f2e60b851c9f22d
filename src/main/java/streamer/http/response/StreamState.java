package streamer.http.response;

/** State of a stream's response; it only advances. */
enum StreamState {
    /** The head is not committed: any status is possible. */
    OPEN,
    /** The head is committed, with status 200. */
    STREAMING,
    /** The body's last bytes are being written. */
    ENDING,
    /** The end of the body, with trailers, is being written. */
    CLOSING,
    /** Ended, or answered otherwise: the connection may serve the next request already. */
    DONE;

    boolean isBefore(StreamState other) {
        return compareTo(other) < 0;
    }
}
