package streamer.run;

import java.util.LinkedHashSet;
import java.util.Set;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/**
 * A counting semaphore with a bounded FIFO queue: the slots for runs, and the runs that wait for one.
 *
 * <p>Threads: any. The lock guards the fields; callbacks are called without it.
 */
final class Slots {
    private final int slots;
    private final int queueLength;
    private final Executor callbacks;
    private final Set<Slot> held = new LinkedHashSet<>();
    private final Set<Slot> queue = new LinkedHashSet<>();
    private boolean closed;

    /**
     * Free slots.
     *
     * @param slots how many may be held at one time
     * @param queueLength how many may wait in the queue
     * @param callbacks where the next in the queue is called back: not on the thread that frees the slot, where a
     *     callback that fails for want of threads would free the next slot, and so on, recursively
     */
    Slots(int slots, int queueLength, Executor callbacks) {
        this.slots = slots;
        this.queueLength = queueLength;
        this.callbacks = callbacks;
    }

    /** Whether all slots are held and the queue is full. */
    synchronized boolean isFull() {
        return held.size() >= slots && queue.size() >= queueLength;
    }

    /** How many are held. */
    synchronized int held() {
        return held.size();
    }

    /** How many there are. */
    int all() {
        return slots;
    }

    /** The length of the queue. */
    synchronized int queued() {
        return queue.size();
    }

    /** A slot, held or waiting in the queue; null if {@link #isFull}. */
    synchronized @Nullable Slot take() {
        if (isFull()) {
            return null;
        }
        var isFree = held.size() < slots; // only while the queue is empty
        var slot = new Slot(isFree);
        (isFree ? held : queue).add(slot);
        return slot;
    }

    /** Gives no slot to the queue any more. */
    synchronized void close() {
        closed = true;
    }

    private synchronized @Nullable Slot takeBack(Slot slot) {
        queue.remove(slot);
        if (!held.remove(slot) || queue.isEmpty() || closed) {
            return null;
        }
        var next = queue.iterator().next();
        queue.remove(next);
        held.add(next);
        return next;
    }

    /** The slot of one run. */
    final class Slot {
        private boolean ready;
        private @Nullable Runnable whenReady;

        private Slot(boolean ready) {
            this.ready = ready;
        }

        /** Whether it has left the queue: it is held, or given up. */
        boolean isReady() {
            synchronized (Slots.this) {
                return ready;
            }
        }

        /** Calls the task, once, as soon as it {@link #isReady}, perhaps at once; it must not wait. */
        void whenReady(Runnable task) {
            synchronized (Slots.this) {
                if (!ready) {
                    whenReady = task;
                    return;
                }
            }
            task.run();
        }

        /** Frees it, or leaves the queue; the next in the queue holds it when this returns. */
        void free() {
            var next = takeBack(this);
            if (next != null) {
                callbacks.execute(next::ready);
            }
        }

        /** Leaves the queue, and calls back all the same. */
        void giveUp() {
            free();
            ready();
        }

        private void ready() {
            @Nullable Runnable task;
            synchronized (Slots.this) {
                ready = true;
                task = whenReady;
                whenReady = null;
            }
            if (task != null) {
                task.run();
            }
        }
    }
}
