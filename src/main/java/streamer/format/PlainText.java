package streamer.format;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import streamer.output.Ending;

/** Plain output, byte for byte; nothing is added but its heartbeat's text. */
public final class PlainText implements Format {
    private final String contentType;
    private final byte[] heartbeat;

    /**
     * A plain format.
     *
     * @param contentType its media type
     * @param heartbeatText its heartbeat; empty for none
     */
    public PlainText(String contentType, String heartbeatText) {
        this.contentType = contentType;
        heartbeat = heartbeatText.getBytes(StandardCharsets.UTF_8);
    }

    @Override
    public String contentType() {
        return contentType;
    }

    @Override
    public boolean tellsEnding() {
        return false;
    }

    @Override
    public boolean isIdentity() {
        return true;
    }

    @Override
    public ByteBuffer begin() {
        return NOTHING;
    }

    @Override
    public ByteBuffer encode(ByteBuffer bytes) {
        return bytes;
    }

    @Override
    public boolean hasPart() {
        return false;
    }

    @Override
    public ByteBuffer part() {
        return NOTHING;
    }

    @Override
    public ByteBuffer heartbeat() {
        return ByteBuffer.wrap(heartbeat);
    }

    @Override
    public ByteBuffer end(Ending ending, long millis) {
        return NOTHING;
    }
}
