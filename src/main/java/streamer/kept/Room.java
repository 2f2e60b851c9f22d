package streamer.kept;

import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;

/**
 * What all outputs may take together, in bytes.
 *
 * <p>Threads: any.
 */
final class Room {
    private final long max;
    private final BooleanSupplier evict;
    private final AtomicLong used = new AtomicLong();

    /**
     * Empty room.
     *
     * @param evict makes room by what is wanted least; false if there is nothing left to be given up
     */
    Room(long max, BooleanSupplier evict) {
        this.max = max;
        this.evict = evict;
    }

    /** Takes some; false if there is not enough. */
    boolean take(long bytes) {
        while (true) {
            var before = used.get();
            if (before + bytes > max) {
                if (!evict()) {
                    return false;
                }
            } else if (used.compareAndSet(before, before + bytes)) {
                return true;
            }
        }
    }

    /** Takes some that is in use already, however much. */
    void add(long bytes) {
        used.addAndGet(bytes);
    }

    /** Gives some back. */
    void give(long bytes) {
        used.addAndGet(-bytes);
    }

    /** Makes some room by what is wanted least; false if there is nothing left to be given up. */
    boolean evict() {
        return evict.getAsBoolean();
    }
}
