package streamer.process;

import com.sun.jna.Native;
import com.sun.jna.Pointer;

/**
 * A block of memory outside the heap ({@code malloc(3)}), filled with zeros.
 *
 * @param pointer its first byte
 */
record NativeMemory(Pointer pointer) implements AutoCloseable {
    /**
     * Allocates a block.
     *
     * @throws OutOfMemoryError if there is no memory
     */
    static NativeMemory allocate(int bytes) {
        var address = Native.malloc(bytes);
        if (address == 0) {
            throw new OutOfMemoryError("malloc of " + bytes + " bytes");
        }
        var pointer = new Pointer(address);
        pointer.setMemory(0, bytes, (byte) 0);
        return new NativeMemory(pointer);
    }

    long address() {
        return Pointer.nativeValue(pointer);
    }

    @Override
    public void close() {
        Native.free(address());
    }
}
