package streamer.http;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;
import streamer.output.Ending;

/**
 * Access log entry of one request; as a string one line of printable ASCII, with all else escaped.
 *
 * @param client the client's address
 * @param user the client's name; null if it has none
 * @param method the request's method
 * @param path the request's path, as it was sent
 * @param status the response's status
 * @param bytes the length of the response's body on the wire
 * @param seconds how long the request took
 * @param run the run; null if there was none
 * @param why why it was refused; null if it was not
 * @param reason the same in one word of a few, as metrics have it; null if it was not
 */
public record AccessLine(
        String client,
        @Nullable String user,
        String method,
        String path,
        int status,
        long bytes,
        double seconds,
        @Nullable RunPart run,
        @Nullable String why,
        @Nullable String reason) {
    private static final int DECIMALS = 3;

    /**
     * The run's part of the line.
     *
     * @param exit its exit code; null if it has none
     * @param ended {@link streamer.output.Ending#word()}; null if it has not ended
     * @param id its id
     */
    public record RunPart(@Nullable Integer exit, @Nullable String ended, String id) {
        /** The part of a run; {@code ending} is null if it has not ended. */
        static RunPart of(String id, @Nullable Ending ending) {
            var code = ending == null ? OptionalInt.empty() : ending.code();
            return new RunPart(code.isPresent() ? code.getAsInt() : null, ending == null ? null : ending.word(), id);
        }

        /** How it ended. */
        String outcome() {
            return "exit=" + (exit == null ? "-" : exit) + " ended=" + (ended == null ? "-" : ended);
        }

        @Override
        public String toString() {
            return " " + outcome() + " run=" + id;
        }
    }

    @Override
    public String toString() {
        return client + " " + escape(method) + " " + escape(path) + " " + status + " " + bytes + "B "
                + BigDecimal.valueOf(seconds)
                        .setScale(DECIMALS, RoundingMode.HALF_UP)
                        .toPlainString() + "s"
                + (run == null ? "" : run)
                + (user == null ? "" : " user=" + escape(user))
                + (why == null ? "" : " why=\"" + escape(why, " ") + "\"");
    }

    private static String escape(String text) {
        return escape(text, "\"");
    }

    /** Escapes all but visible ASCII without quotes and backslashes, and {@code besides}. */
    private static String escape(String text, String besides) {
        var escaped = new StringBuilder(text.length());
        text.chars().forEach(c -> {
            if ((c > ' ' && c < 127 && c != '\\' && c != '"') || besides.indexOf(c) >= 0) {
                escaped.append((char) c);
            } else {
                escaped.append(String.format(c < 256 ? "\\x%02x" : "\\u%04x", c));
            }
        });
        return escaped.toString();
    }
}
