package streamer.redis;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;
import streamer.kept.End;
import streamer.kept.KeptRequest;
import streamer.kept.RemoteRun;
import streamer.output.Ending;

/** A run, and its end, as the fields that stand in Redis. */
final class RunFields {
    private static final Logger LOG = System.getLogger(RunFields.class.getName());

    private RunFields() {}

    /** The fields of a run. */
    static List<Object> of(Machine machine, KeptRequest request, @Nullable Instant started) {
        var fields = new ArrayList<Object>(List.of(
                "owner", machine.id(),
                "machine", machine.name(),
                "method", request.method(),
                "path", request.path(),
                "key", request.key(),
                "digest", request.digest()));
        if (started != null) {
            fields.add("started");
            fields.add(started.toString());
        }
        return fields;
    }

    /** The fields of an end, but for the output's length. */
    static List<Object> of(End end) {
        var code = end.ending().code();
        return List.of(
                "ended", end.ending().word(),
                "code", code.isEmpty() ? "" : Integer.toString(code.getAsInt()),
                "millis", Long.toString(end.millis()),
                "finished", end.at().toString());
    }

    /**
     * An end.
     *
     * @throws IllegalArgumentException if these fields are not those of one
     */
    static End end(Map<String, String> fields) {
        try {
            var code = value(fields, "code");
            var ending = Ending.of(
                    value(fields, "ended"),
                    code.isEmpty() ? OptionalInt.empty() : OptionalInt.of(Integer.parseInt(code)));
            return new End(ending, number(fields, "millis"), Instant.parse(value(fields, "finished")));
        } catch (DateTimeException e) {
            throw new IllegalArgumentException(e);
        }
    }

    /** How long the output is, by the fields of its end. */
    static long length(Map<String, String> fields) {
        return number(fields, "length");
    }

    /**
     * A run, by the answer of {@link Scripts#STATUS}; empty if there is none, or none that is understood.
     */
    static Optional<RemoteRun> run(String id, Object status) {
        var parts = Replies.list(status);
        if (parts.isEmpty()) {
            return Optional.empty();
        }
        try {
            var fields = Replies.fields(parts.get(0));
            var ending = Replies.fields(parts.get(1));
            var request = new KeptRequest(
                    value(fields, "method"), value(fields, "path"), value(fields, "key"), value(fields, "digest"));
            var started = fields.get("started");
            var end = ending.isEmpty() ? null : end(ending);
            var next = ending.isEmpty() ? Long.parseLong(Replies.text(parts.get(2))) : length(ending);
            return Optional.of(new RemoteRun(
                    id,
                    value(fields, "owner"),
                    value(fields, "machine"),
                    request,
                    started == null ? null : Instant.parse(started),
                    end,
                    Math.min(next, Long.parseLong(fields.getOrDefault("from", "0"))),
                    next,
                    end != null || Replies.isOne(parts.get(3))));
        } catch (IllegalArgumentException | DateTimeException e) {
            LOG.log(Level.DEBUG, "run {0} is not understood: {1}", id, e.toString());
            return Optional.empty();
        }
    }

    private static long number(Map<String, String> fields, String name) {
        return Long.parseLong(value(fields, name));
    }

    private static String value(Map<String, String> fields, String name) {
        var value = fields.get(name);
        if (value == null) {
            throw new IllegalArgumentException("no " + name);
        }
        return value;
    }
}
