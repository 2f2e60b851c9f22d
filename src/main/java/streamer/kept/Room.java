package streamer.kept;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;

/**
 * What all outputs may take together, in bytes, and on disk.
 *
 * <p>Threads: any.
 */
final class Room {
    /** With less than this a disk counts as full. */
    private static final int RESERVE_BYTES = 128 * 1024;

    private final Path directory;
    private final long max;
    private final BooleanSupplier evict;
    private final Executor elsewhere;
    private final Object making = new Object();
    private final AtomicLong used = new AtomicLong();
    private final Set<Holder> holders = ConcurrentHashMap.newKeySet();

    /** One that takes room as long as it grows. */
    interface Holder {
        /** How many bytes it has taken. */
        long held();

        /** Gives some back, without waiting; false if it cannot now. */
        boolean giveBack();
    }

    /** Something that is written to disk. */
    @FunctionalInterface
    interface Write {
        /** Writes it. */
        void run() throws IOException;
    }

    /**
     * Empty room.
     *
     * @param directory where the outputs are
     * @param evict makes room by what is wanted least; false if there is nothing left to be given up
     * @param elsewhere executes short tasks on a thread of its own
     */
    Room(Path directory, long max, BooleanSupplier evict, Executor elsewhere) {
        this.elsewhere = elsewhere;
        this.directory = directory;
        this.max = max;
        this.evict = evict;
    }

    /** Adds one that grows. */
    void enter(Holder holder) {
        holders.add(holder);
    }

    /** Removes one that grows no more. */
    void leave(Holder holder) {
        holders.remove(holder);
    }

    /** Whether no other that grows has taken more. */
    boolean isLargest(Holder one) {
        var held = one.held();
        return holders.stream().allMatch(other -> other.held() <= held);
    }

    /**
     * Has the one that has taken most, of those that can, give some back; on a thread that holds none of their locks.
     */
    void askForMore() {
        elsewhere.execute(this::haveOneGiveBack);
    }

    private void haveOneGiveBack() {
        var largestFirst = new ArrayList<>(holders);
        largestFirst.sort(Comparator.comparingLong(Holder::held).reversed());
        for (var holder : largestFirst) {
            if (holder.giveBack()) {
                return;
            }
        }
    }

    /** Takes some; false if there is not enough. */
    boolean take(long bytes) {
        if (takeFree(bytes)) {
            return true;
        }
        synchronized (making) { // one after the other, so that nobody gives up more than is needed
            while (!takeFree(bytes)) {
                if (!evict.getAsBoolean()) {
                    return takeFree(bytes); // somebody may have given some back meanwhile
                }
            }
            return true;
        }
    }

    private boolean takeFree(long bytes) {
        while (true) {
            var before = used.get();
            if (before + bytes > max) {
                return false;
            }
            if (used.compareAndSet(before, before + bytes)) {
                return true;
            }
        }
    }

    /** Takes some that is in use already, however much. */
    void add(long bytes) {
        used.addAndGet(bytes);
    }

    /** How much is taken. */
    long used() {
        return used.get();
    }

    /** Gives some back. */
    void give(long bytes) {
        used.addAndGet(-bytes);
    }

    /**
     * Writes to disk; where that is full, again without what is wanted least.
     *
     * @throws StoreFullException if the disk is full, and there is nothing left to be given up
     */
    void write(Write what) throws IOException {
        while (true) {
            try {
                what.run();
                return;
            } catch (IOException e) {
                if (!isDiskFull(e)) {
                    throw e;
                }
                if (!evict.getAsBoolean()) {
                    throw new StoreFullException(e);
                }
            }
        }
    }

    /** By its message, where that is English: others may have made space meanwhile, or there is no inode left. */
    private boolean isDiskFull(IOException failure) throws IOException {
        return String.valueOf(failure.getMessage()).contains("No space left")
                || Files.getFileStore(directory).getUsableSpace() < RESERVE_BYTES;
    }
}
