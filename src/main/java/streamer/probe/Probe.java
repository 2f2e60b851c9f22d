package streamer.probe;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;
import streamer.probe.Row.Line;

/**
 * A probe of one URL: asks streamer's diagnostic stream, where streamer is behind the URL, in eight ways; else the URL
 * itself in two; and judges by what arrives when.
 *
 * <p>Threads: one, which may wait.
 */
public final class Probe {
    private static final int MOST_REDIRECTS = 10;
    private static final int FIRST_ERROR = 400;

    /** How long what is no diagnostic stream is watched. */
    private static final Duration WATCHED = Duration.ofSeconds(4);

    private final Address asked;
    private final Settings settings;
    private final Listener listener;
    private @Nullable Duration base; // the smallest lag so far

    /** Told how far it is. */
    public interface Listener {
        /**
         * It begins.
         *
         * @param asked the URL that was given
         * @param at where redirects have led
         * @param isStreamer whether the diagnostic stream is there
         */
        void begins(Address asked, Address at, boolean isStreamer);

        /** A row is done. */
        void done(Row row);
    }

    /**
     * All that has been found.
     *
     * @param at where redirects have led
     * @param isStreamer whether the diagnostic stream was there
     * @param rows what was seen
     * @param verdict what it says
     */
    public record Report(Address at, boolean isStreamer, List<Row> rows, Verdict verdict) {}

    /** A probe. */
    public Probe(Address asked, Settings settings, Listener listener) {
        this.asked = asked;
        this.settings = settings;
        this.listener = listener;
    }

    /**
     * Asks, and judges.
     *
     * @throws ProbeException if there is nothing to judge
     */
    public Report run() throws IOException {
        var found = find();
        if (found == null) {
            return judge(asked, false, Trial.OF_OTHERS);
        }
        return judge(found, true, Trial.OF_STREAMER);
    }

    /** Where the diagnostic stream is; null if there is none. A query that is never the same keeps caches out. */
    private @Nullable Address find() throws IOException {
        var path = asked.path().endsWith(Trial.PATH) ? asked.path() : Trial.PATH;
        var unique = Long.toHexString(ThreadLocalRandom.current().nextLong());
        try (var answer = follow(asked.at(path + "?n=0&t=" + unique), false, Duration.ZERO)) {
            var isStreamer = answer.isStreamer();
            if (isStreamer || !isElsewhere(answer.reply.head().status())) {
                refuseErrors(answer);
            }
            if (!isStreamer) {
                return null;
            }
            answer.reply.until(settings.timeout());
            var recording = new Recording(answer.reply, true);
            recording.read();
            learn(recording.lines());
            return answer.url();
        }
    }

    /** Who is no streamer has nothing there; any other error says nothing of what is, and asking for the URL may run it. */
    private static boolean isElsewhere(int status) {
        return status == 404 || status == 405;
    }

    private Report judge(Address first, boolean isStreamer, List<Trial> trials) throws IOException {
        var at = first;
        var rows = new ArrayList<Row>();
        for (var trial : trials) {
            var length = isStreamer ? Trial.length() : WATCHED;
            try (var answer = follow(isStreamer ? at.at(trial.target(at.path())) : at, trial.isGzip(), length)) {
                if (isStreamer) {
                    refuseOthers(answer);
                }
                refuseErrors(answer);
                at = isStreamer ? at : answer.at;
                if (rows.isEmpty()) {
                    listener.begins(asked, at, isStreamer);
                }
                var row = row(trial, answer.reply);
                rows.add(row);
                listener.done(row);
            }
        }
        return new Report(at, isStreamer, List.copyOf(rows), Verdict.of(rows));
    }

    private Row row(Trial trial, Answer answer) throws IOException {
        answer.until(trial.isStamped() ? Trial.length().plus(settings.timeout()) : WATCHED.plus(answer.headAfter()));
        var recording = new Recording(answer, trial.isStamped());
        var end = recording.read();
        learn(recording.lines());
        return new Row(
                trial,
                answer.head(),
                answer.headAfter(),
                recording.pieces(),
                recording.lines(),
                end,
                Objects.requireNonNullElse(base, Duration.ZERO));
    }

    private void learn(List<Line> lines) {
        for (var line : lines) {
            base = base == null || line.lag().compareTo(base) < 0 ? line.lag() : base;
        }
    }

    /** An answer, and where it has come from. */
    private record Followed(Address at, Answer reply) implements AutoCloseable {
        boolean isStreamer() {
            return reply.head().value(Trial.MARK).isPresent();
        }

        /** Without what the probe asks of the diagnostic stream. */
        Address url() {
            return isStreamer() ? at.at(at.path()) : at;
        }

        @Override
        public void close() throws IOException {
            reply.close();
        }
    }

    /** Asks, and goes where redirects lead (RFC 9110, 15.4); what the user gives does not go to other servers. */
    private Followed follow(Address from, boolean isGzip, Duration longest) throws IOException {
        var at = from;
        for (var i = 0; i <= MOST_REDIRECTS; i++) {
            var request = new Request(at, isGzip, at.isSameServer(asked));
            var answer = Answer.to(request, settings, longest);
            var location = location(answer.head());
            if (location == null) {
                return new Followed(at, answer);
            }
            answer.close();
            try {
                at = at.resolve(location);
            } catch (IllegalArgumentException e) {
                throw new ProbeException(at + " leads to '" + Text.visible(location) + "', which is no address", e);
            }
        }
        throw new ProbeException(from + " leads on and on: more than " + MOST_REDIRECTS + " redirects, to " + at);
    }

    private static @Nullable String location(Head head) {
        return switch (head.status()) {
            case 301, 302, 303, 307, 308 -> head.value("Location").orElse(null);
            default -> null;
        };
    }

    /** A hop may answer by itself where it cannot make anything of streamer's answer. */
    private static void refuseOthers(Followed answer) throws ProbeException {
        var head = answer.reply.head();
        if (!answer.isStreamer()) {
            var hop = Hop.of(head).stream().findFirst();
            throw new ProbeException(answer.at + ": " + head.status() + " that "
                    + hop.map(Hop::toString).orElse("a hop") + " answers by itself; cure: "
                    + hop.map(Hop::againstBreaking).orElse(Hop.SEE_ITS_LOG));
        }
    }

    private void refuseErrors(Followed answer) throws IOException {
        var status = answer.reply.head().status();
        if (status < FIRST_ERROR) {
            return;
        }
        answer.reply.until(settings.timeout().multipliedBy(2));
        var line = answer.reply.firstLine();
        throw new ProbeException(answer.at + ": " + status
                + (line.isEmpty() || line.startsWith("<") ? "" : ", " + line.replaceFirst("\\.$", ""))
                + (status == 401 ? credentials(answer) : ""));
    }

    private String credentials(Followed answer) {
        return answer.at.isSameServer(asked)
                ? "; credentials are given by -H 'Authorization: ...'"
                : "; what is given for " + asked + " is not sent to other servers: probe " + answer.url();
    }
}
