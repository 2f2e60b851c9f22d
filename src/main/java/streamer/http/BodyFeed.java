package streamer.http;

import java.io.IOException;
import java.io.OutputStream;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.ByteBuffer;
import java.util.OptionalInt;
import streamer.http.request.RefusedException;
import streamer.http.request.RequestBody;
import streamer.http.request.RequestConfig;
import streamer.output.Ending;
import streamer.run.Run;

/**
 * Copies the request's body to the command's standard input, as it comes.
 *
 * <p>Threads: one of its own, besides the one that reads the output.
 */
final class BodyFeed implements Runnable {
    private static final Logger LOG = System.getLogger(BodyFeed.class.getName());
    private static final int BUFFER_BYTES = 64 * 1024;

    private final Run run;
    private final Delivery delivery;
    private final RequestBody body;
    private final RequestConfig limits;
    private final OutputStream stdin;
    private boolean isStdinOpen = true;

    BodyFeed(Run run, Delivery delivery, RequestBody body, RequestConfig limits) {
        this.run = run;
        this.delivery = delivery;
        this.body = body;
        this.limits = limits;
        stdin = run.stdin();
    }

    @Override
    public void run() {
        Thread.currentThread().setName("body-" + run.id().substring(0, 8));
        var bytes = new byte[BUFFER_BYTES];
        var buffer = ByteBuffer.wrap(bytes);
        try {
            while (body.read(buffer.clear(), limits) >= 0) {
                feed(bytes, buffer.position());
            }
            run.dueWithin(0); // ClientGone watches the connection from here on
            end();
        } catch (RefusedException e) {
            refuse(e);
        } catch (IOException e) { // stdin stays open: end of file would make a truncated body look complete
            delivery.clientGone(e);
        }
    }

    /** After EPIPE the rest is read and dropped: a client that cannot send may not read the response. */
    private void feed(byte[] bytes, int length) {
        try {
            if (isStdinOpen) {
                stdin.write(bytes, 0, length);
                stdin.flush();
            }
        } catch (IOException e) {
            isStdinOpen = false;
        }
    }

    private void end() {
        delivery.whole(); // before the command sees the end, after which it may end itself
        try {
            stdin.close();
        } catch (IOException e) {
            // EPIPE: the command has closed its standard input.
        }
    }

    private void refuse(RefusedException why) {
        var reason = why.reason();
        if (reason == null) {
            LOG.log(Level.DEBUG, () -> "run " + run.id() + ": ended before its input");
        } else {
            delivery.fail(why.status(), why.line(), new Ending.Stopped(reason, OptionalInt.empty()));
            run.stop(reason);
        }
    }
}
