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
        var streamer = find();
        return streamer == null ? judge(asked, Trial.OF_OTHERS) : judge(streamer, Trial.OF_STREAMER);
    }

    /** Where the diagnostic stream is; null if there is none. A query that is never the same keeps caches out. */
    private @Nullable Address find() throws IOException {
        var path = asked.path().endsWith(Trial.PATH) ? asked.path() : Trial.PATH;
        var unique = Long.toHexString(ThreadLocalRandom.current().nextLong());
        try (var answer = follow(asked.at(path + "?n=0&t=" + unique), false, Duration.ZERO)) {
            if (!answer.isStreamer() && isNone(answer.head().status())) {
                return null;
            }
            refuseErrors(answer);
            answer.until(settings.timeout());
            var recording = new Recording(answer, true);
            recording.read();
            learn(recording.lines());
            return answer.url();
        }
    }

    /**
     * Whether who answers so is no streamer. Other errors say nothing of what is there, and to ask for the URL itself
     * may run it.
     */
    private static boolean isNone(int status) {
        return status < FIRST_ERROR || status == 404 || status == 405;
    }

    private Report judge(Address first, List<Trial> trials) throws IOException {
        var at = first;
        var rows = new ArrayList<Row>();
        for (var trial : trials) {
            try (var answer = follow(trial.of(at), trial.isGzip(), trial.length())) {
                refuseOthers(trial, answer);
                refuseErrors(answer);
                at = answer.url();
                if (rows.isEmpty()) {
                    listener.begins(asked, at, trial.isStamped());
                }
                var row = row(trial, answer);
                rows.add(row);
                listener.done(row);
            }
        }
        return new Report(at, trials.get(0).isStamped(), List.copyOf(rows), Verdict.of(rows));
    }

    private Row row(Trial trial, Answer answer) throws IOException {
        answer.until(trial.length().plus(trial.isStamped() ? settings.timeout() : answer.headAfter()));
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

    /** Asks, and goes where redirects lead (RFC 9110, 15.4); what the user gives does not go to other servers. */
    private Answer follow(Address from, boolean isGzip, Duration longest) throws IOException {
        var at = from;
        for (var i = 0; i <= MOST_REDIRECTS; i++) {
            var request = new Request(at, isGzip, at.isSameServer(asked));
            var answer = Answer.to(request, settings, longest);
            var location = location(answer.head());
            if (location == null) {
                return answer;
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
    private static void refuseOthers(Trial trial, Answer answer) throws ProbeException {
        if (trial.isStamped() && !answer.isStreamer()) {
            var head = answer.head();
            var hop = Hop.of(head).stream().findFirst();
            throw new ProbeException(answer.address() + ": " + head.status() + " that "
                    + hop.map(Hop::toString).orElse("a hop") + " answers by itself; cure: "
                    + hop.map(Hop::againstBreaking).orElse(Hop.SEE_ITS_LOG));
        }
    }

    private void refuseErrors(Answer answer) throws IOException {
        var status = answer.head().status();
        if (status < FIRST_ERROR) {
            return;
        }
        answer.until(settings.timeout().multipliedBy(2));
        var line = answer.firstLine();
        throw new ProbeException(answer.address() + ": " + status
                + (line.isEmpty() || line.startsWith("<") ? "" : ", " + line.replaceFirst("\\.$", ""))
                + (status == 401 ? credentials(answer) : ""));
    }

    private String credentials(Answer answer) {
        return answer.address().isSameServer(asked)
                ? "; credentials are given by -H 'Authorization: ...'"
                : "; what is given for " + asked + " is not sent to other servers: probe " + answer.url();
    }
}
