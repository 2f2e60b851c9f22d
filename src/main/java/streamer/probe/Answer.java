package streamer.probe;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.time.Instant;

/**
 * A request that has been sent, and its response: the head is there, the body is being read.
 *
 * <p>Threads: one.
 */
final class Answer implements AutoCloseable {
    private static final int LONGEST_LINE = 200;

    private final Wire wire;
    private final Address address;
    private final Head head;
    private final Instant asked;
    private final long askedNanos;
    private final Duration headAfter;

    private Answer(Wire wire, Address address, Head head, Instant asked, long askedNanos) {
        this.wire = wire;
        this.address = address;
        this.head = head;
        this.asked = asked;
        this.askedNanos = askedNanos;
        headAfter = after();
    }

    /**
     * Sends a request on a new connection, and waits for the head.
     *
     * @param longest how long that may take, beyond what the settings say for an answer that comes at once
     * @throws ProbeException if there is no connection, or no answer
     */
    static Answer to(Request request, Settings settings, Duration longest) throws IOException {
        var wire = Wire.open(request.address(), settings.isTrusting(), settings.timeout());
        var timeout = settings.timeout().plus(longest);
        try {
            var asked = Instant.now();
            var nanos = System.nanoTime();
            wire.deadline(nanos + timeout.toNanos());
            wire.send(request.head(settings).getBytes(UTF_8));
            return new Answer(wire, request.address(), Head.read(wire), asked, nanos);
        } catch (IOException e) {
            wire.close();
            throw new ProbeException(request.address() + ": " + why(e, timeout), e);
        }
    }

    private static String why(IOException e, Duration timeout) {
        if (e instanceof ProbeException) {
            return String.valueOf(e.getMessage());
        }
        if (e instanceof SocketTimeoutException) {
            return "no answer within " + Wire.seconds(timeout);
        }
        return "the connection " + (e instanceof EOFException ? "was closed" : "broke")
                + " before the head of an answer had come";
    }

    /** Where it has come from. */
    Address address() {
        return address;
    }

    /** Whether it is the diagnostic stream's, or an error of who has that. */
    boolean isStreamer() {
        return head.value(Trial.MARK).isPresent();
    }

    /** Where it has come from, without what the probe asks of the diagnostic stream. */
    Address url() {
        return isStreamer() ? address.at(address.path()) : address;
    }

    Head head() {
        return head;
    }

    /** From the request to the whole head. */
    Duration headAfter() {
        return headAfter;
    }

    /** When the request was sent, by this machine's clock. */
    Instant asked() {
        return asked;
    }

    /** From the request to the arrival of the bytes that are being read. */
    Duration after() {
        return Duration.ofNanos(wire.arrived() - askedNanos);
    }

    /** How many times bytes have come. */
    long reads() {
        return wire.reads();
    }

    /** Nothing is waited for that comes later than this after the request. */
    void until(Duration after) {
        wire.deadline(askedNanos + after.toNanos());
    }

    /** The body as it is sent, but for the transfer coding: each read returns what has come. */
    InputStream body() {
        if (head.isChunked()) {
            return new ChunkedInput(wire);
        }
        var length = head.length();
        return length.isPresent() ? new LimitedInput(wire, length.getAsLong(), "the body") : wire;
    }

    /** The body's first line, for a message; empty if it has none. */
    String firstLine() {
        try {
            var bytes = body().readNBytes(LONGEST_LINE);
            return Text.visible(
                    new String(bytes, US_ASCII).lines().findFirst().orElse("").strip());
        } catch (IOException e) {
            return "";
        }
    }

    @Override
    public void close() throws IOException {
        wire.close();
    }
}
