package streamer.metrics;

import java.util.ArrayList;
import java.util.List;
import java.util.function.DoubleSupplier;

/**
 * What is counted of a server, by names as Prometheus has them.
 *
 * <p>Threads: set up by one; then any count.
 */
public final class Metrics {
    /** How a run has ended that was not launched, as its request was refused. */
    public static final String REFUSED = "refused";

    private static final double[] RUN_SECONDS = {.01, .1, 1, 10, 60, 600, 3_600, 36_000};
    private static final double[] LAUNCH_SECONDS = {.000_5, .001, .002, .005, .01, .02, .05, .1, 1};

    private final Counts endings = new Counts();
    private final Counts requests = new Counts();
    private final Counts refusals = new Counts();
    private final Times runTimes = new Times(RUN_SECONDS);
    private final Times launchTimes = new Times(LAUNCH_SECONDS);
    private final List<Figure> figures = new ArrayList<>();

    /** A number that is asked for; {@code isTotal} if it only grows. */
    record Figure(String name, String help, boolean isTotal, DoubleSupplier value) {}

    /** Adds a number that goes up and down. */
    public void gauge(String name, String help, DoubleSupplier value) {
        figures.add(new Figure(name, help, false, value));
    }

    /** Adds a number that only grows; its name is without {@code _total}. */
    public void counter(String name, String help, DoubleSupplier value) {
        figures.add(new Figure(name, help, true, value));
    }

    /** Runs by how they have ended. */
    public Counts endings() {
        return endings;
    }

    /** Requests that have been answered, by the status of their responses. */
    public Counts requests() {
        return requests;
    }

    /** Requests that have been refused, by why. */
    public Counts refusals() {
        return refusals;
    }

    /** How long runs took. */
    public Times runTimes() {
        return runTimes;
    }

    /** How long launches took. */
    public Times launchTimes() {
        return launchTimes;
    }

    /** The numbers that are asked for. */
    List<Figure> figures() {
        return List.copyOf(figures);
    }
}
