package streamer.http;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.regex.Pattern;

/** One token that all clients share (RFC 6750), compared in constant time. */
final class BearerToken implements Credentials {
    private static final Pattern VISIBLE = Pattern.compile("[!-~]+");

    private final Supplier<String> token;

    private BearerToken(Supplier<String> token) {
        this.token = token;
    }

    /** This very token. */
    static BearerToken of(String token) {
        return new BearerToken(() -> token);
    }

    /**
     * The token that a file holds, on a line of its own.
     *
     * @throws FileException if it holds none
     */
    static BearerToken from(Path file) throws FileException {
        return new BearerToken(new WatchedFiles<>(List.of(file), () -> read(file))::value);
    }

    private static String read(Path file) throws FileException {
        var text = WatchedFiles.text(file).strip();
        if (!isToken(text)) {
            throw new FileException(file, "holds no token: one line of printable ASCII without blanks");
        }
        return text;
    }

    /** Whether this can be a token: it must fit into a header. */
    static boolean isToken(String text) {
        return VISIBLE.matcher(text).matches();
    }

    @Override
    public String scheme() {
        return "Bearer";
    }

    @Override
    public String challenge(boolean wrong) {
        return "Bearer realm=\"streamer\"" + (wrong ? ", error=\"invalid_token\"" : "");
    }

    @Override
    public Optional<String> recall(String credentials) {
        return MessageDigest.isEqual(digest(credentials), digest(token.get())) ? Optional.of("") : Optional.empty();
    }

    /** Of the same length for all, so that the comparison does not tell the token's. */
    private static byte[] digest(String text) {
        return Digest.of(text.getBytes(StandardCharsets.UTF_8));
    }
}
