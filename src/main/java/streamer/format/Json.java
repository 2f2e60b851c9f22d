package streamer.format;

import static java.util.stream.Collectors.joining;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/** JSON objects (RFC 8259) of numbers and texts; all but visible ASCII is escaped. */
public final class Json {
    private Json() {}

    /** The object of these fields, in their order, on one line; what is no number and not null is text. */
    public static String object(Map<String, ? extends @Nullable Object> fields) {
        return fields.entrySet().stream()
                .map(field -> "\"" + field.getKey() + "\":" + value(field.getValue()))
                .collect(joining(",", "{", "}"));
    }

    private static String value(@Nullable Object value) {
        return value == null || value instanceof Number
                ? String.valueOf(value)
                : "\"" + escape(String.valueOf(value)) + "\"";
    }

    private static String escape(String text) {
        var escaped = new StringBuilder(text.length());
        text.chars().forEach(c -> {
            if (c == '"' || c == '\\') {
                escaped.append('\\').append((char) c);
            } else if (c >= ' ' && c < 127) {
                escaped.append((char) c);
            } else {
                escaped.append(String.format("\\u%04x", c));
            }
        });
        return escaped.toString();
    }
}
