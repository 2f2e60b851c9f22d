package streamer.probe;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import java.util.zip.GZIPInputStream;
import java.util.zip.ZipException;
import javax.net.ssl.SSLException;
import streamer.probe.Row.End;
import streamer.probe.Row.Line;
import streamer.probe.Row.Piece;

/**
 * Recorder of a body: when its pieces came, and its lines.
 *
 * <p>Threads: one. A body without end is read until the deadline, or until so many pieces have come as are kept.
 */
final class Recording {
    private static final int MOST_PIECES = 10_000;
    private static final int LONGEST_LINE = 8 * 1024;
    private static final int BUFFER_BYTES = 8 * 1024;

    /** The second number is a time since 2001, and before 2287. */
    private static final Pattern STAMPED = Pattern.compile("\\d{1,4} ([1-9]\\d{15})(?: \\.*)?");

    private final Answer answer;
    private final boolean isStamped;
    private final List<Piece> pieces = new ArrayList<>();
    private final List<Line> lines = new ArrayList<>();
    private final StringBuilder line = new StringBuilder();
    private long lastRead = -1;

    /**
     * A recording.
     *
     * @param isStamped whether its lines are streamer's; those of anything else may look like them
     */
    Recording(Answer answer, boolean isStamped) {
        this.answer = answer;
        this.isStamped = isStamped;
    }

    /**
     * Reads the body to its end, or to the answer's deadline.
     *
     * @throws ProbeException if it is malformed
     */
    End read() throws IOException {
        var buffer = new byte[BUFFER_BYTES];
        var sent = new Sent(answer.body());
        try (var body = answer.head().isGzip() ? new GZIPInputStream(sent, BUFFER_BYTES) : sent) {
            for (var count = body.read(buffer); count >= 0; count = body.read(buffer)) {
                take(buffer, count);
            }
            sent.transferTo(OutputStream.nullOutputStream()); // gzip ends before what it is sent in does
            return End.CLEAN;
        } catch (SocketTimeoutException e) {
            return End.LEFT;
        } catch (EOFException | SocketException | SSLException e) {
            return End.BROKEN;
        } catch (ZipException e) {
            throw new ProbeException(answer.address() + ": the answer is malformed: its gzip is none", e);
        } catch (ProbeException e) {
            throw new ProbeException(answer.address() + ": " + e.getMessage(), e);
        }
    }

    private void take(byte[] bytes, int count) {
        for (var i = 0; i < count; i++) {
            if (bytes[i] == '\n') {
                addLine();
            } else if (line.length() <= LONGEST_LINE) {
                line.append((char) (bytes[i] & 0xff));
            }
        }
    }

    private void addLine() {
        var stamped = STAMPED.matcher(line);
        if (isStamped && stamped.matches() && lines.size() < MOST_PIECES) {
            var sent = Instant.EPOCH.plus(Long.parseLong(stamped.group(1)), ChronoUnit.MICROS);
            var arrived = answer.asked().plus(answer.after());
            lines.add(new Line(answer.after(), sent, Duration.between(sent, arrived)));
        }
        line.setLength(0);
    }

    List<Piece> pieces() {
        return pieces;
    }

    List<Line> lines() {
        return lines;
    }

    /** The body as it is sent: notes its pieces. */
    private final class Sent extends BlockInput {
        private final InputStream in;

        Sent(InputStream in) {
            this.in = in;
        }

        /** Never nothing: gzip may have another member (RFC 1952, 2.2), which else is not read before JDK 23. */
        @Override
        public int available() {
            return 1;
        }

        @Override
        public int read(byte[] into, int from, int length) throws IOException {
            if (pieces.size() >= MOST_PIECES) {
                throw new SocketTimeoutException("it has no end");
            }
            var count = in.read(into, from, length);
            if (count > 0) {
                note(count);
            }
            return count;
        }

        private void note(int count) {
            if (answer.reads() == lastRead) {
                var last = pieces.remove(pieces.size() - 1);
                pieces.add(new Piece(last.after(), last.bytes() + count));
            } else {
                lastRead = answer.reads();
                pieces.add(new Piece(answer.after(), count));
            }
        }
    }
}
