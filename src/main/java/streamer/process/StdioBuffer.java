package streamer.process;

import com.sun.jna.NativeLibrary;
import com.sun.jna.Pointer;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What C's stdio of another process holds of its standard output ({@code stdout(3)}), seen in its memory: in glibc's
 * {@code _IO_2_1_stdout_}, whose layout is part of its ABI. That is at the same place in the library as here, so only
 * of processes that have the same one.
 *
 * @param bytes how many bytes it holds
 * @param isByLines whether it writes by lines, so that these are the beginning of one
 */
record StdioBuffer(long bytes, boolean isByLines) {
    private static final int LINE_BUFFERED = 0x200;
    private static final int FLAGS = 0; // offsets in struct _IO_FILE
    private static final int WRITE_BASE = 32;
    private static final int WRITE_POINTER = 40;
    private static final int STRUCT_BYTES = 48;

    /** Begin, end, offset, and device and inode of a mapping: {@code proc_pid_maps(5)}. */
    private static final Pattern MAPPING =
            Pattern.compile("(?m)^(\\p{XDigit}+)-(\\p{XDigit}+) \\S+ (\\p{XDigit}+) (\\S+ \\d+) ");

    private static final @Nullable Place PLACE = find();

    /**
     * Where {@code stdout} is.
     *
     * @param library the device and inode of the C library
     * @param offset its distance from the library's beginning
     */
    private record Place(String library, long offset) {}

    private static @Nullable Place find() {
        if (Spawners.whyByJdk() != null) {
            return null;
        }
        try {
            var address = Pointer.nativeValue(NativeLibrary.getProcess().getGlobalVariableAddress("_IO_2_1_stdout_"));
            var maps = Proc.read(Proc.SELF, "maps");
            var found = MAPPING.matcher(maps);
            while (found.find()) {
                if (address >= Long.parseLong(found.group(1), 16) && address < Long.parseLong(found.group(2), 16)) {
                    return new Place(found.group(4), address - base(maps, found.group(4)));
                }
            }
            return null;
        } catch (IOException | LinkageError e) { // another C library
            return null;
        }
    }

    /** Where a file is mapped from its beginning. */
    private static long base(String maps, String file) throws IOException {
        var found = MAPPING.matcher(maps);
        while (found.find()) {
            if (found.group(4).equals(file) && Long.parseLong(found.group(3), 16) == 0) {
                return Long.parseLong(found.group(1), 16);
            }
        }
        throw new IOException("not mapped");
    }

    /** A process's; empty if it cannot be seen: not allowed, or another library. */
    static Optional<StdioBuffer> of(String process) {
        if (PLACE == null) {
            return Optional.empty();
        }
        try (var memory = new RandomAccessFile(Proc.path(process, "mem"), "r")) {
            memory.seek(base(Proc.read(process, "maps"), PLACE.library()) + PLACE.offset());
            var bytes = new byte[STRUCT_BYTES];
            memory.readFully(bytes);
            var file = ByteBuffer.wrap(bytes).order(ByteOrder.nativeOrder());
            return Optional.of(new StdioBuffer(
                    file.getLong(WRITE_POINTER) - file.getLong(WRITE_BASE), (file.getInt(FLAGS) & LINE_BUFFERED) != 0));
        } catch (IOException e) {
            return Optional.empty();
        }
    }
}
