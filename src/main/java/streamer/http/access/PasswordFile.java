package streamer.http.access;

import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import org.springframework.security.crypto.bcrypt.BCrypt;

/**
 * Basic authentication (RFC 7617) by a file of {@code htpasswd -B}: a user and a bcrypt hash on each line. Bcrypt is
 * slow by design, so credentials that were right are cached until the file changes.
 */
public final class PasswordFile implements Credentials {
    private final WatchedFiles<Users> users;

    /**
     * Reads the file.
     *
     * @throws FileException if it cannot be read, is malformed, or has no users
     */
    public PasswordFile(Path file) throws FileException {
        users = new WatchedFiles<>(List.of(file), () -> Users.read(file));
    }

    @Override
    public String scheme() {
        return Basic.SCHEME;
    }

    @Override
    public String challenge(boolean wrong) {
        return Basic.CHALLENGE;
    }

    @Override
    public Optional<String> recall(String credentials) {
        return users.value().recall(credentials);
    }

    @Override
    public boolean needsCheck() {
        return true;
    }

    @Override
    public Optional<String> check(String credentials) {
        return users.value().check(credentials);
    }

    /** One version of the file. */
    private static final class Users {
        private static final Pattern LINE =
                Pattern.compile("([^:]+):(\\$2[aby]\\$(?:0[4-9]|[12]\\d|3[01])\\$[./A-Za-z0-9]{53})");
        private static final int MOST_KNOWN = 1_000;

        private final Map<String, String> hashes = new HashMap<>();
        private final String anyHash;
        private final Map<ByteBuffer, String> known = new LinkedHashMap<>();

        private Users(Path file, List<String> lines) throws FileException {
            for (var i = 0; i < lines.size(); i++) {
                var line = lines.get(i).strip();
                var matcher = LINE.matcher(line);
                if (matcher.matches()) {
                    hashes.putIfAbsent(matcher.group(1), matcher.group(2));
                } else if (!line.isEmpty() && !line.startsWith("#")) {
                    throw new FileException(file, "line " + (i + 1) + " is not a name and a bcrypt hash (htpasswd -B)");
                }
            }
            anyHash = hashes.values().stream()
                    .findFirst()
                    .orElseThrow(() -> new FileException(file, "holds no users (htpasswd -B)"));
        }

        static Users read(Path file) throws FileException {
            return new Users(file, WatchedFiles.text(file).lines().toList());
        }

        synchronized Optional<String> recall(String credentials) {
            return Optional.ofNullable(known.get(digest(credentials)));
        }

        Optional<String> check(String credentials) {
            var parts = Basic.decode(credentials).split(":", 2);
            if (parts.length < 2) {
                return Optional.empty();
            }
            var hash = hashes.get(parts[0]);
            // Timing: an unknown name takes as long as a known one.
            var isRight = BCrypt.checkpw(parts[1], hash == null ? anyHash : hash);
            if (!isRight || hash == null) {
                return Optional.empty();
            }
            remember(digest(credentials), parts[0]);
            return Optional.of(parts[0]);
        }

        private synchronized void remember(ByteBuffer digest, String name) {
            if (known.size() == MOST_KNOWN) {
                known.remove(known.keySet().iterator().next());
            }
            known.put(digest, name);
        }

        private static ByteBuffer digest(String credentials) {
            return ByteBuffer.wrap(Digest.of(credentials));
        }
    }
}
