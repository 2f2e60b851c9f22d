package streamer.kept;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Random;

/** Outputs whose every part tells where it is from, and what a log has of them. */
final class Bytes {
    private static final int READ_BYTES = 777;

    private Bytes() {}

    /** So many bytes, the same each time. */
    static byte[] of(int length) {
        var bytes = new byte[length];
        new Random(length).nextBytes(bytes);
        return bytes;
    }

    /** All that a log has from an offset on. */
    static byte[] read(OutputLog log, long offset) throws IOException {
        var all = new ByteArrayOutputStream();
        var buffer = ByteBuffer.allocate(READ_BYTES);
        while (true) {
            if (!log.read(offset + all.size(), buffer.clear())) {
                throw new IOException("byte " + (offset + all.size()) + " is not kept, the first is " + log.first());
            }
            if (buffer.position() == 0) {
                return all.toByteArray();
            }
            all.write(buffer.array(), 0, buffer.position());
        }
    }
}
