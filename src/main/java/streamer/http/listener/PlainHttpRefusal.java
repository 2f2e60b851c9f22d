package streamer.http.listener;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import org.xnio.StreamConnection;
import org.xnio.conduits.AbstractStreamSourceConduit;
import org.xnio.conduits.StreamSourceConduit;
import streamer.http.request.CgiEnvironment;

/**
 * Plain HTTP at a port of TLS: what begins with a letter, as a method does and no TLS record (RFC 8446, 5.1), is
 * answered in plain text, not by an alert that looks like garbage there. Lies below the TLS conduit.
 *
 * <p>Threads: the connection's I/O thread.
 */
final class PlainHttpRefusal extends AbstractStreamSourceConduit<StreamSourceConduit> {
    private static final Logger LOG = System.getLogger(PlainHttpRefusal.class.getName());
    private static final String LINE = "This port speaks https, not http.\n";
    private static final byte[] ANSWER = ("HTTP/1.1 400 Bad Request\r\nConnection: close\r\n"
                    + "Content-Type: text/plain; charset=utf-8\r\nContent-Length: " + LINE.length() + "\r\n\r\n" + LINE)
            .getBytes(US_ASCII);
    private static final int MOST_DROPPED = 8;

    private final StreamConnection connection;
    private boolean isTls;

    private PlainHttpRefusal(StreamConnection connection) {
        super(connection.getSourceChannel().getConduit());
        this.connection = connection;
    }

    /** The same connection, of which plain HTTP is refused. */
    static StreamConnection on(StreamConnection connection) {
        connection.getSourceChannel().setConduit(new PlainHttpRefusal(connection));
        return connection;
    }

    @Override
    public int read(ByteBuffer into) throws IOException {
        var start = into.position();
        var length = super.read(into);
        if (isTls || length <= 0) {
            return length;
        }
        isTls = !Character.isLetter(into.get(start));
        if (isTls) {
            return length;
        }
        into.position(start);
        refuse(into);
        return -1;
    }

    private void refuse(ByteBuffer scratch) throws IOException {
        var client = CgiEnvironment.address(connection.getPeerAddress(InetSocketAddress.class));
        LOG.log(Level.INFO, "{0}: plain HTTP, but this port speaks HTTPS", client);
        var sink = connection.getSinkChannel().getConduit();
        sink.write(ByteBuffer.wrap(ANSWER)); // a new connection takes it whole
        sink.terminateWrites();
        var start = scratch.position();
        for (var i = 0; i < MOST_DROPPED && super.read(scratch) > 0; i++) { // a close with unread bytes is a reset
            scratch.position(start);
        }
        scratch.position(start);
    }
}
