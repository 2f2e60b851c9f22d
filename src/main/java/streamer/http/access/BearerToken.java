package streamer.http.access;

import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/** Bearer token (RFC 6750) that all clients share; compared in constant time. */
public final class BearerToken implements Credentials {
    private final Supplier<String> token;

    private BearerToken(Supplier<String> token) {
        this.token = token;
    }

    /** A fixed token. */
    public static BearerToken of(String token) {
        return new BearerToken(() -> token);
    }

    /**
     * The token in a file, one line; read again when the file changes.
     *
     * @throws FileException if it holds none
     */
    public static BearerToken from(Path file) throws FileException {
        return new BearerToken(new WatchedFiles<>(List.of(file), () -> read(file))::value);
    }

    private static String read(Path file) throws FileException {
        var text = WatchedFiles.text(file).strip();
        if (!AccessConfig.isToken(text)) {
            throw new FileException(file, "holds no token: one line of printable ASCII without blanks");
        }
        return text;
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
        // Timing: digests are of equal length, so that the comparison does not reveal the token's.
        return MessageDigest.isEqual(Digest.of(credentials), Digest.of(token.get()))
                ? Optional.of("")
                : Optional.empty();
    }
}
