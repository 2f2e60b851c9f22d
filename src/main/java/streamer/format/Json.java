package streamer.format;

import static java.util.stream.Collectors.joining;

import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** JSON objects (RFC 8259); all but visible ASCII is escaped. */
public final class Json {
    private static final HexFormat HEX = HexFormat.of();
    private static final char REPLACEMENT = '\ufffd';

    private Json() {}

    /**
     * The object of these fields, in their order, on one line; what is no number, truth value, list or map, and not
     * null, is text.
     */
    public static String object(Map<String, ? extends @Nullable Object> fields) {
        return value(fields);
    }

    private static String value(@Nullable Object value) {
        if (value instanceof List<?> list) {
            return list.stream().map(Json::value).collect(joining(",", "[", "]"));
        }
        if (value instanceof Map<?, ?> map) {
            return map.entrySet().stream()
                    .map(field -> "\"" + field.getKey() + "\":" + value(field.getValue()))
                    .collect(joining(",", "{", "}"));
        }
        return value == null || value instanceof Number || value instanceof Boolean
                ? String.valueOf(value)
                : "\"" + escape(String.valueOf(value)) + "\"";
    }

    private static String escape(String text) {
        var escaped = new StringBuilder(text.length());
        for (var i = 0; i < text.length(); i++) {
            var c = text.charAt(i);
            if (c == '"' || c == '\\') {
                escaped.append('\\').append(c);
            } else if (c >= ' ' && c < 127) {
                escaped.append(c);
            } else {
                escaped.append("\\u").append(HEX.toHexDigits(isLone(text, i) ? REPLACEMENT : c));
            }
        }
        return escaped.toString();
    }

    /** Whether it is a surrogate without the other one, as for a byte that is no UTF-8. */
    private static boolean isLone(String text, int i) {
        var c = text.charAt(i);
        return Character.isHighSurrogate(c)
                ? i + 1 == text.length() || !Character.isLowSurrogate(text.charAt(i + 1))
                : Character.isLowSurrogate(c) && (i == 0 || !Character.isHighSurrogate(text.charAt(i - 1)));
    }
}
