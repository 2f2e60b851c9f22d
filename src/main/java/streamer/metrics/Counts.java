package streamer.metrics;

import java.util.Collection;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;

/**
 * Counters, one for each value of a label, of which there are few.
 *
 * <p>Threads: any.
 */
public final class Counts {
    private final Map<String, LongAdder> counters = new ConcurrentHashMap<>();

    /** Has counters of these values, at 0: of what counts up from nothing, Prometheus does not see the first. */
    public void expect(Collection<String> values) {
        for (var value : values) {
            counters.putIfAbsent(value, new LongAdder());
        }
    }

    /** Adds one to the counter of this value. */
    public void add(String value) {
        counters.computeIfAbsent(value, of -> new LongAdder()).increment();
    }

    /** The counters' values by now, by the label's. */
    Map<String, Long> values() {
        var values = new TreeMap<String, Long>();
        counters.forEach((value, counter) -> values.put(value, counter.sum()));
        return values;
    }
}
