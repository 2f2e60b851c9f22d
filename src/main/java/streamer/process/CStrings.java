package streamer.process;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Collection;

/**
 * A null-terminated array of C strings outside the heap, as {@code execve(2)} takes arguments and environment.
 *
 * @param memory the array, followed by its strings
 */
record CStrings(NativeMemory memory) implements AutoCloseable {
    /**
     * The array of these strings.
     *
     * @throws IOException if one has a NUL
     */
    static CStrings of(Collection<String> strings) throws IOException {
        var encoded = new ArrayList<byte[]>(strings.size());
        var table = Long.BYTES * (strings.size() + 1);
        var bytes = table;
        for (var string : strings) {
            encoded.add(encode(string));
            bytes += encoded.get(encoded.size() - 1).length;
        }
        var memory = NativeMemory.allocate(bytes);
        var block = ByteBuffer.allocate(bytes).order(ByteOrder.nativeOrder());
        var at = table;
        for (var one : encoded) {
            block.putLong(memory.address() + at).put(at, one);
            at += one.length;
        }
        memory.pointer().write(0, block.array(), 0, bytes);
        return new CStrings(memory);
    }

    /**
     * The bytes of a C string, with the NUL at its end.
     *
     * @throws IOException if it has another one
     */
    static byte[] encode(String text) throws IOException {
        if (text.indexOf('\0') >= 0) {
            throw new IOException("error=" + Errno.EINVAL + ", there is a NUL in an argument or variable");
        }
        return RawText.encode(text + "\0");
    }

    long address() {
        return memory.address();
    }

    @Override
    public void close() {
        memory.close();
    }
}
