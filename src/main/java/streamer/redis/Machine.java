package streamer.redis;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;
import streamer.kept.KeptRequest;

/**
 * This machine, as the others know it.
 *
 * @param id its name, random for each start
 * @param name the same, as people call it
 * @param keys names of keys
 * @param config how runs are kept
 */
record Machine(String id, String name, Keys keys, RedisConfig config) {
    /** For how long it counts as there after it has last said so. */
    static final Duration LEASE = Duration.ofSeconds(30);

    private static final int ID_BYTES = 8;

    /** A machine of this name. */
    static Machine of(String name, RedisConfig config) {
        var id = new byte[ID_BYTES];
        new SecureRandom().nextBytes(id);
        return new Machine(
                HexFormat.of().formatHex(id), name, new Keys(config.url().prefix()), config);
    }

    /** What a name stands for that equal requests join. */
    String claim(String run) {
        return id + ":" + run;
    }

    /** The name under which requests of the same key find a run; null if it has none. */
    byte @Nullable [] key(KeptRequest request) {
        return request.key().isEmpty() ? null : keys.key(digest(request.key()));
    }

    /** The name under which equal requests find a run that goes on. */
    byte[] share(KeptRequest request) {
        return keys.share(digest(request.digest()));
    }

    /** Requests are equal only where they run the same command. */
    private String digest(String of) {
        try {
            var digest = MessageDigest.getInstance("SHA-256");
            for (var argument : config.command()) {
                digest.update(Keys.bytes(argument.length() + ":" + argument));
            }
            digest.update(Keys.bytes(of));
            return HexFormat.of().formatHex(digest.digest());
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e); // each Java has it
        }
    }
}
