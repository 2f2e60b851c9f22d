package streamer.http.request;

import java.util.Optional;

/**
 * Request paths that run the command: an exact one, or with {@code /*} at its end one and all below it.
 *
 * @param root the path without {@code /*} and without a slash at its end
 * @param isTree whether what lies below it belongs to it
 */
public record PathPattern(String root, boolean isTree) {
    /**
     * Reads a pattern.
     *
     * @throws IllegalArgumentException if it does not begin with a slash, or has a star elsewhere than in {@code /*} at
     *     its end
     */
    public static PathPattern parse(String text) {
        var isTree = text.endsWith("/*");
        var root = isTree ? text.substring(0, text.length() - 2) : text;
        if (!text.startsWith("/") || root.contains("*")) {
            throw new IllegalArgumentException("'" + text + "' is not a path like / or /jobs or /jobs/*");
        }
        return new PathPattern(isTree || !root.equals("/") ? root : "", isTree);
    }

    /** How a path, decoded, belongs to the pattern; empty if it does not. */
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
     * A path in the two parts of RFC 3875, 4.1.13 and 4.1.5; together they are the path.
     *
     * @param scriptName the part that the pattern names
     * @param pathInfo the part below it
     */
    public record Match(String scriptName, String pathInfo) {}
}
