package streamer.redis;

import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import redis.clients.jedis.Protocol;
import streamer.kept.KeptRequest;
import streamer.kept.KeptRun;

/**
 * Names under which equal requests find a run, on whatever machine: of a key, or, where runs are shared, of what is
 * asked for.
 *
 * <p>Threads: any.
 */
final class Claims {
    private final Machine machine;
    private final Commands commands;
    private final Set<String> sharers = ConcurrentHashMap.newKeySet();

    Claims(Machine machine, Commands commands) {
        this.machine = machine;
        this.commands = commands;
    }

    /** The name that a run of this machine has claimed; null if it has none. */
    byte @Nullable [] nameOf(KeptRun run) {
        return sharers.remove(run.id()) ? machine.share(run.request()) : machine.key(run.request());
    }

    private byte[] name(KeptRequest request) {
        var key = machine.key(request);
        return key == null ? machine.share(request) : key;
    }

    /** The run that has the name of a request; empty if none has. */
    CompletableFuture<Optional<String>> joined(KeptRequest request) {
        return claim(request, "", "", List.of()).thenApply(Claims::idOf);
    }

    /** Claims the name of a request for a run of this machine; the run that has it, which may be another. */
    CompletableFuture<String> claim(String id, KeptRequest request) {
        if (request.key().isEmpty()) {
            sharers.add(id);
        }
        return claim(request, machine.claim(id), id, RunFields.of(machine, request, null))
                .thenApply(held -> idOf(held).orElse(id))
                .whenComplete((held, failure) -> {
                    if (!id.equals(held)) {
                        sharers.remove(id);
                    }
                    if (failure != null) { // it may stand there all the same
                        free(id, request);
                    }
                });
    }

    private void free(String id, KeptRequest request) {
        Ask.insist(
                commands,
                Command.call(Scripts.FREE, 1, name(request), machine.claim(id)),
                Command.of(Protocol.Command.DEL, machine.keys().run(id)));
    }

    private CompletableFuture<String> claim(KeptRequest request, String claim, String id, List<Object> fields) {
        var asked = Command.call(
                        Scripts.CLAIM,
                        2,
                        name(request),
                        machine.keys().run(id),
                        machine.keys().prefix(),
                        claim,
                        Long.toString(Machine.LEASE.toMillis()),
                        request.key().isEmpty() ? "1" : "0")
                .addObjects(fields);
        return Ask.of(commands, List.of(asked), replies -> Replies.text(replies.last()));
    }

    private static Optional<String> idOf(String claim) {
        var colon = claim.indexOf(':');
        return colon < 0 ? Optional.empty() : Optional.of(claim.substring(colon + 1));
    }
}
