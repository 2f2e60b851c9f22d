package streamer.kept;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.jspecify.annotations.Nullable;

/**
 * A file with a part of an output; open only while it is written.
 *
 * <p>Threads: one writes; any read.
 */
final class Segment {
    private final long start;
    private final Path file;
    private volatile long length;
    private volatile @Nullable FileChannel writing;

    private Segment(long start, Path file) {
        this.start = start;
        this.file = file;
    }

    /** A new one, whose first byte has this offset. */
    static Segment create(Path directory, long start) throws IOException {
        var created = new Segment(start, directory.resolve(Long.toString(start)));
        created.writing = FileChannel.open(
                created.file, StandardOpenOption.CREATE_NEW, StandardOpenOption.READ, StandardOpenOption.WRITE);
        return created;
    }

    /** One that is there, to be read alone. */
    static Segment found(Path file) throws IOException {
        var found = new Segment(Long.parseLong(file.getFileName().toString()), file);
        found.length = Files.size(file);
        return found;
    }

    /** The offset of its first byte. */
    long start() {
        return start;
    }

    /** The offset after its last byte. */
    long end() {
        return start + length;
    }

    /** How many bytes it has. */
    long length() {
        return length;
    }

    /** Appends all of these bytes, or fails, and then may be tried again. */
    void append(ByteBuffer bytes) throws IOException {
        var channel = writing;
        if (channel == null) {
            throw new ClosedChannelException();
        }
        var at = length;
        try {
            while (bytes.hasRemaining()) {
                at += channel.write(bytes, at);
            }
        } catch (IOException e) { // where the disk is full, what fitted must not keep it so
            channel.truncate(length);
            throw e;
        }
        length = at;
    }

    /** Reads bytes from this offset on, at most as many as there is room for and at most to {@code to}. */
    void read(long offset, long to, ByteBuffer into) throws IOException {
        var channel = writing;
        if (channel != null) {
            var position = into.position();
            var limit = into.limit();
            try {
                read(channel, offset, to, into);
                return;
            } catch (ClosedChannelException e) { // meanwhile all of it has been written
                into.limit(limit).position(position);
            }
        }
        try (var reading = FileChannel.open(file, StandardOpenOption.READ)) {
            read(reading, offset, to, into);
        }
    }

    private void read(FileChannel channel, long offset, long to, ByteBuffer into) throws IOException {
        var wanted = (int) Math.min(into.remaining(), Math.min(to, end()) - offset);
        into.limit(into.position() + wanted);
        while (into.hasRemaining()) {
            if (channel.read(into, offset + into.position() - (into.limit() - wanted) - start) < 0) {
                throw new IOException(file + " is shorter than it was");
            }
        }
    }

    /** Closes the file: nothing is written any more. */
    void close() throws IOException {
        var channel = writing;
        writing = null;
        if (channel != null) {
            channel.close();
        }
    }

    /** Closes and removes the file. */
    void remove() throws IOException {
        try {
            close();
        } finally {
            Files.deleteIfExists(file);
        }
    }
}
