package streamer.redis;

import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Machines whose lease was not there, and since when: by this machine's clock, over one connection.
 *
 * <p>Threads: any.
 */
final class Owners {
    private final Map<String, Long> missing = new ConcurrentHashMap<>();

    /** Whether a machine's lease was there, now. */
    void seen(String owner, boolean isThere) {
        if (isThere) {
            missing.remove(owner);
        } else {
            missing.putIfAbsent(owner, System.nanoTime());
        }
    }

    /** The connection is a new one: who could not be reached may have been there. */
    void reset() {
        missing.clear();
    }

    /** Forgets all but these. */
    void retain(Set<String> owners) {
        missing.keySet().retainAll(owners);
    }

    /** Those whose lease was not there when it was last looked for. */
    Set<String> missing() {
        return Set.copyOf(missing.keySet());
    }

    /** Whether a machine's lease has been missing for this long. */
    boolean isAway(String owner, Duration time) {
        var since = missing.get(owner);
        return since != null && System.nanoTime() - since >= time.toNanos();
    }
}
