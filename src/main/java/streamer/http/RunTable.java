package streamer.http;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * All runs that are there, and the last 1,000 that are over.
 *
 * <p>Threads: any.
 */
final class RunTable {
    private static final int MOST_OVER = 1_000;

    private final Map<String, RunEntry> entries = new LinkedHashMap<>();
    private final Deque<String> over = new ArrayDeque<>();

    synchronized void add(RunEntry entry) {
        entries.put(entry.id(), entry);
    }

    /** Adds a run of an earlier process. */
    synchronized void addClosed(RunEntry entry) {
        add(entry);
        over.add(entry.id());
    }

    /** A run is closed; the oldest of those is forgotten. */
    synchronized void close(String id) {
        var entry = entries.get(id);
        if (entry == null) {
            return;
        }
        entry.close();
        over.add(id);
        if (over.size() > MOST_OVER) {
            entries.remove(over.remove());
        }
    }

    /** The run of this id; empty if there is none, or its end is long ago. */
    synchronized Optional<RunEntry> find(String id) {
        return Optional.ofNullable(entries.get(id));
    }

    /** All of them, the newest first. */
    List<RunEntry> newestFirst() {
        List<RunEntry> all;
        synchronized (this) {
            all = new ArrayList<>(entries.values());
        }
        Collections.reverse(all);
        return all;
    }
}
