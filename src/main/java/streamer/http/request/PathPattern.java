package streamer.http.request;

import io.undertow.util.AttachmentKey;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * A pattern of request paths that run the command: an exact path, or with {@code /*} a path and all below it.
 *
 * @param root the path without {@code /*} and without a final slash
 * @param isTree whether paths below it match
 */
public record PathPattern(String root, boolean isTree) {
    private static final Pattern ENCODED = Pattern.compile("%[0-9A-Fa-f]{2}");

    /**
     * Parses a pattern.
     *
     * @throws IllegalArgumentException if it does not begin with a slash, has a star other than in a final
     *     {@code /*}, or would match no request
     */
    public static PathPattern parse(String text) {
        var isTree = text.endsWith("/*");
        var root = isTree ? text.substring(0, text.length() - 2) : text;
        if (!text.startsWith("/") || root.contains("*")) {
            throw new IllegalArgumentException("'" + text + "' is not a path like / or /jobs or /jobs/*");
        }
        checkPossible(text, root);
        return new PathPattern(isTree || !root.equals("/") ? root : "", isTree);
    }

    private static void checkPossible(String text, String root) {
        if (RequestPath.isReserved(text) || RequestPath.isMalformed(root)) {
            throw new IllegalArgumentException("'" + text + "' never runs the command: such requests are refused");
        }
        if (root.contains("?") || root.contains("#")) {
            throw new IllegalArgumentException("'" + text + "' is not a path: a request's query is no part of it");
        }
        if (ENCODED.matcher(root).find()) {
            throw new IllegalArgumentException("'" + text + "' is encoded; write the path that it stands for");
        }
    }

    /** Matches a decoded path; empty if it does not match. */
    public Optional<Match> match(String path) {
        var rest = path.startsWith(root) ? path.substring(root.length()) : null;
        if (rest == null) {
            return Optional.empty();
        }
        var isExact = root.isEmpty() ? rest.equals("/") : rest.isEmpty();
        var isBelow = isTree && rest.startsWith("/");
        return isExact || isBelow ? Optional.of(new Match(root, rest)) : Optional.empty();
    }

    /**
     * A path in the two parts of RFC 3875, 4.1.13 and 4.1.5; concatenated they are the path.
     *
     * @param scriptName the part named by the pattern
     * @param pathInfo the part below it
     */
    public record Match(String scriptName, String pathInfo) {
        /** The key under which it is attached to a request. */
        public static final AttachmentKey<Match> KEY = AttachmentKey.create(Match.class);
    }
}
