package streamer.cli;

import java.io.PrintWriter;
import streamer.probe.Address;
import streamer.probe.Picture;
import streamer.probe.Probe;
import streamer.probe.Row;

/** A probe's result as text: each row when it is done, and the verdict at the end. */
final class ProbeText implements Probe.Listener {
    /** Prints nothing. */
    static final Probe.Listener NONE = new Probe.Listener() {
        @Override
        public void begins(Address asked, Address at, boolean isStreamer) {}

        @Override
        public void done(Row row) {}
    };

    private final Picture picture;
    private final PrintWriter out;
    private boolean hasAccel = true;

    ProbeText(Picture picture, PrintWriter out) {
        this.picture = picture;
        this.out = out;
    }

    @Override
    public void begins(Address asked, Address at, boolean isStreamer) {
        if (!asked.isSameServer(at)) {
            out.println(asked + " leads to another server");
        }
        out.println(
                isStreamer
                        ? "streamer at " + at + ", a line each 40 ms"
                        : "no streamer there; how the bytes of " + at + " come");
        out.println(picture.heading(isStreamer));
        out.flush();
    }

    @Override
    public void done(Row row) {
        if (hasAccel && !row.trial().hasAccel()) {
            out.println("without X-Accel-Buffering: no");
        }
        hasAccel = row.trial().hasAccel();
        out.println(picture.line(row));
        out.flush();
    }

    /** Prints the verdict. */
    void end(Probe.Report report) {
        out.println("seen: " + Picture.hops(report.rows()));
        out.println(report.verdict().outcome() + ": " + report.verdict().sentence());
        out.flush();
    }
}
