package streamer.http.request;

import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Parameters of a header's value (RFC 9110, 5.6.6), like {@code name} in {@code form-data; name="a"}. */
final class HeaderParameter {
    /** A name, and a quoted string (with escapes; without, if they leave no end) or a token. */
    private static final Pattern FORM =
            Pattern.compile(";\\s*([^\\s=;\"]+)\\s*=\\s*(?:\"((?:[^\"\\\\]|\\\\.)*+)\"|\"([^\"]*)\"|([^\\s;\"]*))");

    /** Others than these are no escapes to all clients: some send {@code C:\dir\file}. */
    private static final Pattern ESCAPED = Pattern.compile("\\\\([\"\\\\])");

    private HeaderParameter() {}

    /**
     * The value of the first parameter of this name, without quotes; null if there is none.
     *
     * @throws RefusedException if it has neither quotes nor a value
     */
    static @Nullable String of(String header, String name) throws RefusedException {
        var matcher = FORM.matcher(header);
        while (matcher.find()) {
            if (matcher.group(1).equalsIgnoreCase(name)) {
                return value(matcher);
            }
        }
        return null;
    }

    private static String value(MatchResult parameter) throws RefusedException {
        var quoted = parameter.group(2);
        if (quoted != null) {
            return ESCAPED.matcher(quoted).replaceAll("$1");
        }
        var bare = parameter.group(3) == null ? parameter.group(4) : parameter.group(3);
        if (bare.isEmpty()) {
            throw RefusedException.bad("A part of the form has a parameter without a value.");
        }
        return bare;
    }
}
