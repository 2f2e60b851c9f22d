package streamer.load;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Random;

/** What becomes of the runs of a server, by its options; and the visits that are made to it. */
enum Service {
    PLAIN(0, ""),
    KEPT(0, "--keep 5m --unwatched 3s --keep-bytes 2m"),
    SHARED(60, "--keep 5m --unwatched 3s --keep-bytes 8m --share");

    /** So much of a run is always kept: all but a segment. */
    static final long KEPT_BYTES = 1_900_000;

    private final int orders;
    private final String options;

    /**
     * A service.
     *
     * @param orders how many different ones are given, so that some are the same at one time; 0 for any
     */
    Service(int orders, String options) {
        this.orders = orders;
        this.options = options;
    }

    List<String> options() {
        return options.isEmpty() ? List.of() : List.of(options.split(" "));
    }

    /** The names of all visits, each as often as its weight says. */
    List<String> visits() {
        var visits = new ArrayList<String>();
        add(visits, 20, "plain");
        add(visits, 10, "kept alive", "pipelined", "events");
        add(visits, 5, "HTTP/1.0", "HTTP/2", "upload", "unread upload", "form");
        add(visits, 2, "HTTP/2 upload", "left HTTP/2");
        if (this == PLAIN) {
            add(visits, 5, "upload");
            add(visits, 4, "left in the head", "left in the body", "left in the response", "left in the pipeline");
        } else {
            add(visits, 1, "left in the head", "left in the body", "left in the response", "left in the pipeline");
            add(visits, 20, "cut off");
            add(visits, 10, "cut off events", "later");
            add(visits, 5, "repeated", "repeated upload", "stopped", "left alone");
            add(visits, 2, "left unread");
        }
        if (this == KEPT) {
            add(visits, 2, "waited for", "behind");
        }
        var only = System.getProperty("load.only", "");
        visits.removeIf(name -> !name.contains(only));
        return visits;
    }

    private static void add(List<String> visits, int weight, String... names) {
        for (var name : names) {
            visits.addAll(Collections.nCopies(weight, name));
        }
    }

    /** What an order is drawn by. */
    Random draw(Random random) {
        return orders == 0 ? random : new Random(random.nextInt(orders));
    }

    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
