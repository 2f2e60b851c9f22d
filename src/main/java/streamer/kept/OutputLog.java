package streamer.kept;

import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.ByteBuffer;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.ConcurrentNavigableMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;

/**
 * Log of one output: bytes are appended at its end, and read at any offset that is kept. Offsets count from the run's
 * first byte, and never move; the oldest bytes are dropped, by whole segments, where limits want that.
 *
 * <p>Threads: one appends; any read. Readers never wait for the one that appends.
 */
public final class OutputLog implements Room.Holder {
    private static final Logger LOG = System.getLogger(OutputLog.class.getName());

    /** Bytes appended at one time: what somebody waits for is there soon. */
    private static final int PIECE_BYTES = 64 * 1024;

    private static final int SEGMENTS = 16;
    private static final long LOOK_MILLIS = 20;

    private final Path directory;
    private final long maxBytes;
    private final long segmentBytes;
    private final Room room;
    private final ConcurrentNavigableMap<Long, Segment> segments = new ConcurrentSkipListMap<>();
    private final List<Runnable> readers = new CopyOnWriteArrayList<>();
    private volatile long next;
    private volatile long needed = Long.MAX_VALUE;
    private volatile boolean isWaiting;
    private volatile boolean isCutOff;
    private volatile @Nullable End end;

    /**
     * An empty log.
     *
     * @param directory where its segments are
     * @param maxBytes how much of it is kept
     * @param room what it shares with all others
     */
    OutputLog(Path directory, long maxBytes, Room room) {
        this.directory = directory;
        this.maxBytes = maxBytes;
        this.room = room;
        segmentBytes = Math.max(1, maxBytes / SEGMENTS);
    }

    /**
     * Takes up what an earlier process has written: its last bytes, as far back as none is missing.
     *
     * @param found its segments, in their order
     * @param length the offset after its last byte; 0 if that is not known
     */
    synchronized void recover(List<Segment> found, long length) throws IOException {
        for (var segment : found) {
            if (segment.start() != next) {
                drop();
            }
            segments.put(segment.start(), segment);
            room.add(segment.length());
            next = segment.end();
        }
        if (next < length) {
            drop();
        }
        next = length == 0 ? next : length;
    }

    /** Where its segments are. */
    Path directory() {
        return directory;
    }

    /** The offset of the first byte that is kept; {@link #next} if none is. */
    public long first() {
        var after = next; // read before: else bytes that are appended meanwhile would be left out
        var oldest = segments.firstEntry();
        return oldest == null ? after : oldest.getKey();
    }

    /** The offset after the last byte. */
    public long next() {
        return next;
    }

    /** How the run ended, after its last byte; null before. */
    public @Nullable End end() {
        return end;
    }

    /**
     * Reads bytes from an offset on, as many as there are at one place.
     *
     * @return whether they are kept; without any bytes if there are none yet
     * @throws IOException if they cannot be read
     */
    public boolean read(long offset, ByteBuffer into) throws IOException {
        var to = next;
        if (offset >= to) {
            into.limit(into.position());
            return offset == to;
        }
        var at = segments.floorEntry(offset);
        if (at == null) {
            return false;
        }
        try {
            at.getValue().read(offset, to, into);
            return true;
        } catch (NoSuchFileException e) { // dropped at this moment
            return false;
        }
    }

    /** Has a task called whenever there is more, and at the end; on the appending thread, so it must not wait. */
    public void onMore(Runnable task) {
        readers.add(task);
    }

    /** Ends the calls of a task. */
    public void forget(Runnable task) {
        readers.remove(task);
    }

    /**
     * Says that bytes from this offset on are needed: they are not dropped, the command has to wait instead. {@link
     * Long#MAX_VALUE} for none.
     */
    public void need(long offset) {
        needed = offset;
        if (isWaiting) {
            wake();
        }
    }

    private synchronized void wake() {
        notifyAll();
    }

    /** Whether the command has to wait for the one who needs what it has written. */
    public boolean isWaiting() {
        return isWaiting;
    }

    /**
     * Appends bytes; waits while there is only room for them in place of bytes that are needed.
     *
     * @throws StoreFullException if the disk is full
     * @throws IOException if they cannot be written
     */
    void append(ByteBuffer bytes) throws IOException {
        append(bytes, this::makeRoom);
    }

    /**
     * Appends bytes without waiting, in place of its own oldest ones where all room is taken; nobody may
     * {@link #need} them.
     *
     * @return false if there is no room all the same; what was appended stands before the buffer's position
     * @throws StoreFullException if the disk is full
     * @throws IOException if they cannot be written
     */
    boolean offer(ByteBuffer bytes) throws IOException {
        return append(bytes, this::findRoom);
    }

    /** Makes room for so many bytes more; false if there is none. */
    @FunctionalInterface
    private interface RoomMaker {
        boolean make(int length) throws IOException;
    }

    private synchronized boolean append(ByteBuffer bytes, RoomMaker maker) throws IOException {
        while (bytes.hasRemaining()) {
            var length = (int) Math.min(bytes.remaining(), Math.min(PIECE_BYTES, segmentBytes));
            if (!put(bytes.slice(bytes.position(), length), maker)) {
                return false;
            }
            bytes.position(bytes.position() + length);
            next += length;
            readers.forEach(Runnable::run);
        }
        return true;
    }

    /** Drops all, and goes on at this offset: what lies between is not known here. */
    synchronized void skipTo(long offset) throws IOException {
        drop();
        next = offset;
        readers.forEach(Runnable::run);
    }

    /** Whether what comes does not come here, for the time being. */
    public boolean isCutOff() {
        return isCutOff;
    }

    /** Says whether what comes does come here. */
    void cutOff(boolean isNow) {
        if (isCutOff != isNow) {
            isCutOff = isNow;
            readers.forEach(Runnable::run);
        }
    }

    private boolean put(ByteBuffer piece, RoomMaker maker) throws IOException {
        var length = piece.remaining();
        while (maker.make(length)) {
            try {
                room.write(() -> last(length).append(piece.duplicate()));
                return true;
            } catch (IOException e) {
                room.give(length);
                if (!(e instanceof StoreFullException) || !dropFirst()) {
                    throw e;
                }
            }
        }
        return false;
    }

    /** What is lacking is given back by the log that has taken most, which may be this one; the command waits for it. */
    private boolean makeRoom(int length) throws IOException {
        room.enter(this);
        makeOwnRoom(length);
        try {
            while (!room.take(length)) {
                if (!room.isLargest(this) || !dropFirst()) {
                    room.askForMore();
                    wait(LOOK_MILLIS);
                }
            }
            return true;
        } catch (InterruptedException e) {
            throw new IllegalStateException(e); // nobody interrupts a run's thread
        }
    }

    private boolean findRoom(int length) throws IOException {
        room.enter(this);
        makeOwnRoom(length);
        while (!room.take(length)) {
            if (!dropFirst()) {
                return false;
            }
        }
        return true;
    }

    private void makeOwnRoom(int length) throws IOException {
        while (next - first() + length > maxBytes) {
            dropFirst();
        }
    }

    @Override
    public long held() {
        return next - first();
    }

    @Override
    public synchronized boolean giveBack() {
        try {
            var oldest = segments.firstEntry();
            return oldest != null && needed >= oldest.getValue().end() && dropFirst();
        } catch (IOException e) {
            LOG.log(Level.WARNING, "{0}: {1}", directory, e);
            return false;
        }
    }

    /** The segment for so many bytes more. */
    private Segment last(int length) throws IOException {
        var last = segments.lastEntry();
        if (last != null && last.getValue().length() + length <= segmentBytes) {
            return last.getValue();
        }
        if (last != null) {
            last.getValue().close();
        }
        var created = Segment.create(directory, next);
        segments.put(next, created);
        return created;
    }

    /** Drops the oldest segment, as soon as nobody needs it; false if there is none. */
    private boolean dropFirst() throws IOException {
        var oldest = segments.firstEntry();
        if (oldest == null || oldest.getValue().length() == 0) {
            return false;
        }
        awaitUnneeded(oldest.getValue().end());
        segments.remove(oldest.getKey());
        remove(oldest.getValue());
        return true;
    }

    /** What it took is given back when it is gone: others fill it at once. */
    private void remove(Segment dropped) throws IOException {
        dropped.remove();
        room.give(dropped.length());
    }

    private void awaitUnneeded(long to) {
        if (needed >= to) {
            return;
        }
        isWaiting = true;
        try {
            while (needed < to) {
                wait();
            }
        } catch (InterruptedException e) {
            throw new IllegalStateException(e); // nobody interrupts a run's thread
        } finally {
            isWaiting = false;
        }
    }

    /** Writes something else of the run, which takes no room; makes space for it where the disk is full. */
    void write(Room.Write what) throws IOException {
        room.write(what);
    }

    /** Ends it; false if it has ended. */
    synchronized boolean end(End how) {
        if (end != null) {
            return false;
        }
        end = how;
        room.leave(this);
        close();
        readers.forEach(Runnable::run);
        return true;
    }

    private void close() {
        try {
            var last = segments.lastEntry();
            if (last != null) {
                last.getValue().close();
            }
        } catch (IOException e) {
            LOG.log(Level.WARNING, "{0}: {1}", directory, e);
        }
    }

    /** Drops all bytes; offsets stay as they are. */
    synchronized void drop() throws IOException {
        room.leave(this);
        for (var oldest = segments.pollFirstEntry(); oldest != null; oldest = segments.pollFirstEntry()) {
            remove(oldest.getValue());
        }
    }
}
