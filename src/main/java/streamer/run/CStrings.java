package streamer.run;

import com.sun.jna.Native;
import com.sun.jna.Pointer;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Collection;

/**
 * A null-terminated array of C strings outside the heap, as {@code execve(2)} takes arguments and environment.
 *
 * <p>Threads: one.
 */
final class CStrings implements AutoCloseable {
    private final long address;

    CStrings(Collection<String> strings) {
        var encoded = strings.stream().map(CStrings::encode).toList();
        var table = Long.BYTES * (encoded.size() + 1);
        var bytes = table + encoded.stream().mapToInt(one -> one.length).sum();
        address = Native.malloc(bytes);
        if (address == 0) {
            throw new OutOfMemoryError("malloc of " + bytes + " bytes");
        }
        var block = ByteBuffer.allocate(bytes).order(ByteOrder.nativeOrder());
        var at = table;
        for (var one : encoded) {
            block.putLong(address + at);
            block.put(at, one);
            at += one.length;
        }
        new Pointer(address).write(0, block.array(), 0, bytes);
    }

    /** The bytes of a C string, with its NUL. */
    static byte[] encode(String text) {
        return RawText.encode(text + "\0");
    }

    /** The address of the array. */
    long address() {
        return address;
    }

    @Override
    public void close() {
        Native.free(address);
    }
}
