package streamer.probe;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.regex.Pattern;

/**
 * The head of a response (RFC 9112, 4): its status line and fields.
 *
 * @param version {@code HTTP/1.1} or {@code HTTP/1.0}
 * @param status the status code
 * @param fields all fields, in their order
 */
public record Head(String version, int status, List<Field> fields) {
    private static final int MOST_BYTES = 64 * 1024;
    private static final int MOST_INTERIM = 10;
    private static final int FIRST_FINAL = 200;
    private static final Pattern STATUS_LINE = Pattern.compile("(HTTP/1\\.[01]) (\\d{3})(?: .*)?", Pattern.DOTALL);
    private static final Pattern LENGTH = Pattern.compile("\\d{1,18}");

    /** A field. */
    public record Field(String name, String value) {
        @Override
        public String toString() {
            return name + ": " + value;
        }
    }

    /** A head. */
    public Head {
        fields = List.copyOf(fields);
    }

    /**
     * Reads the final head; interim ones (RFC 9110, 15.2) are skipped.
     *
     * @throws EOFException if it is cut off
     * @throws ProbeException if that is none of HTTP/1, or too long
     */
    static Head read(InputStream in) throws IOException {
        for (var i = 0; i <= MOST_INTERIM; i++) {
            var lines = lines(in, MOST_BYTES);
            var status = STATUS_LINE.matcher(lines.isEmpty() ? "" : lines.get(0));
            if (!status.matches()) {
                throw new ProbeException("what answers does not speak HTTP/1");
            }
            var code = Integer.parseInt(status.group(2));
            if (code >= FIRST_FINAL) {
                return new Head(status.group(1), code, fields(lines.subList(1, lines.size())));
            }
        }
        throw new ProbeException("the answer has more than " + MOST_INTERIM + " heads");
    }

    /**
     * Lines up to an empty one.
     *
     * @throws EOFException if they are cut off
     * @throws ProbeException if they have more bytes than this
     */
    static List<String> lines(InputStream in, int most) throws IOException {
        var lines = new ArrayList<String>();
        var left = most;
        for (var line = line(in, left); !line.isEmpty(); line = line(in, left)) {
            lines.add(line);
            left -= line.length() + 1;
        }
        return lines;
    }

    /**
     * A line, without its end.
     *
     * @throws EOFException if it is cut off
     * @throws ProbeException if it has more bytes than this
     */
    static String line(InputStream in, int most) throws IOException {
        var line = new ByteArrayOutputStream();
        for (var c = in.read(); c != '\n'; c = in.read()) {
            if (c < 0) {
                throw new EOFException("within a line");
            }
            if (line.size() >= most) {
                throw new ProbeException("the answer is malformed: a line or a head without end");
            }
            line.write(c);
        }
        return line.toString(ISO_8859_1).stripTrailing();
    }

    private static List<Field> fields(List<String> lines) {
        var fields = new ArrayList<Field>();
        for (var line : lines) {
            var parts = line.split(":", 2);
            if (parts.length == 2) {
                fields.add(new Field(parts[0].strip(), parts[1].strip()));
            }
        }
        return fields;
    }

    /** The values of a field, joined; empty if it is not there. */
    Optional<String> value(String name) {
        var values = fields.stream()
                .filter(field -> field.name.equalsIgnoreCase(name))
                .map(Field::value)
                .toList();
        return values.isEmpty() ? Optional.empty() : Optional.of(String.join(", ", values));
    }

    /** Whether a field has this word among its values. */
    boolean has(String name, String word) {
        return Arrays.stream(value(name).orElse("").split(","))
                .anyMatch(value -> value.strip().equalsIgnoreCase(word));
    }

    boolean isChunked() {
        return has("Transfer-Encoding", "chunked");
    }

    /** Whether the body is compressed. */
    public boolean isGzip() {
        return has("Content-Encoding", "gzip");
    }

    /** The body's length in bytes; empty if it is not told. */
    OptionalLong length() {
        var value = value("Content-Length").orElse("");
        return LENGTH.matcher(value).matches() ? OptionalLong.of(Long.parseLong(value)) : OptionalLong.empty();
    }
}
