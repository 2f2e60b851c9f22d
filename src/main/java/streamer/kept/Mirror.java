package streamer.kept;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.function.Predicate;

/**
 * A copy of another machine's run, for those who watch it here.
 *
 * <p>Threads: one fills it; any else.
 */
public final class Mirror {
    private final KeptRun run;
    private final Predicate<Mirror> drop;
    private boolean isOpen;
    private volatile boolean isDropped;
    private volatile long usedAt = System.nanoTime();

    /**
     * An empty copy.
     *
     * @param drop drops it, if nobody uses it
     */
    Mirror(KeptRun run, Predicate<Mirror> drop) {
        this.run = run;
        this.drop = drop;
    }

    /** The copy. */
    KeptRun run() {
        return run;
    }

    /** Removes it; what comes is of no use any more. */
    synchronized void remove() throws IOException {
        isDropped = true;
        cutOff(!hasEnded()); // who watches it would wait for ever
        run.remove();
    }

    /** Whether it was dropped, so that what comes is of no use. */
    public boolean isDropped() {
        return isDropped;
    }

    /** Somebody is about to watch it. */
    public void use() {
        usedAt = System.nanoTime();
    }

    /** For how long nobody has watched it, in nanoseconds. */
    long unusedNanos() {
        if (viewers() > 0) {
            use();
        }
        return System.nanoTime() - usedAt;
    }

    /** The run's id. */
    public String id() {
        return run.id();
    }

    /** The offset of the next byte that is wanted. */
    public long next() {
        return run.log().next();
    }

    /** Whether the run's end is known here. */
    public boolean hasEnded() {
        return run.log().end() != null;
    }

    /** How many watch it. */
    public int viewers() {
        return run.viewers();
    }

    /** Takes over when the run has started. */
    public void update(RemoteRun now) {
        run.started(now.started());
    }

    /**
     * Takes bytes of the output. Those that are here already are left out; where some before them are missing, what
     * is here is dropped, as the output's head was.
     *
     * @param offset the offset of the first of them
     * @return false if there is no room for all of them now
     * @throws IOException if they cannot be written
     */
    public synchronized boolean take(long offset, ByteBuffer bytes) throws IOException {
        var log = run.log();
        if (isDropped) {
            return true;
        }
        if (!isOpen) {
            log.write(() -> Store.create(log.directory()));
            isOpen = true;
        }
        if (offset > log.next()) {
            log.skipTo(offset);
        }
        var known = Math.min(log.next() - offset, bytes.remaining());
        bytes.position(bytes.position() + (int) known);
        return log.offer(bytes);
    }

    /** Ends it, after its last byte, whose successor has this offset. */
    public synchronized void end(End end, long length) throws IOException {
        if (isDropped) {
            return;
        }
        if (length > next()) {
            run.log().skipTo(length);
        }
        run.finish(end);
    }

    /** Says whether what comes does not come here now: those who watch are told to come back. */
    public void cutOff(boolean isNow) {
        run.log().cutOff(isNow);
    }

    /** Drops it, unless somebody watches it, or has until a moment ago; whether it is dropped. */
    public boolean closeUnwatched() {
        return drop.test(this);
    }
}
