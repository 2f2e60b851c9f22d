package streamer.format;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import streamer.output.Ending;

/** The output, byte for byte; the text of its heartbeat is the only thing that is ever added. */
public final class PlainText implements Format {
    private final String contentType;
    private final byte[] heartbeat;

    /**
     * A plain body.
     *
     * @param contentType its media type
     * @param heartbeatText what a silent stream sends; empty for none
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
