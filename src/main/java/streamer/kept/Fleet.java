package streamer.kept;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import streamer.kept.KeptRuns.Place;
import streamer.run.Run;

/**
 * The kept runs of all machines, as seen from this one. Where it is the only one, all is known at once.
 *
 * <p>Threads: any; futures are completed on a thread that must not wait, and fail with an {@link
 * UnavailableException}.
 */
public final class Fleet {
    private final KeptRuns own;
    private final @Nullable Machines machines;
    private final Map<String, CompletableFuture<Optional<Place>>> placing = new HashMap<>();

    /** This machine's runs, and those of the others. */
    public Fleet(KeptRuns own) {
        this.own = own;
        machines = own.machines();
    }

    /** The run of this id on this machine; empty if none is kept here. */
    public Optional<KeptRun> here(String id) {
        return own.find(id);
    }

    /** What is known of another machine's run; empty if it is none, or this one's. */
    public CompletableFuture<Optional<RemoteRun>> find(String id) {
        return machines == null || own.find(id).isPresent()
                ? CompletableFuture.completedFuture(Optional.empty())
                : machines.find(id);
    }

    /** The runs of all other machines, the newest first. */
    public CompletableFuture<List<RemoteRun>> list() {
        return machines == null ? CompletableFuture.completedFuture(List.of()) : machines.list();
    }

    /** The run of this id, with all of its output that was there by now; empty if none is kept on any machine. */
    public CompletableFuture<Optional<KeptRun>> open(String id) {
        var here = own.find(id);
        if (machines == null || here.isPresent()) {
            return CompletableFuture.completedFuture(here);
        }
        var asked = machines;
        return asked.find(id).thenCompose(found -> found.isPresent() ? copy(asked, found.get()) : none(id));
    }

    private CompletableFuture<Optional<KeptRun>> copy(Machines from, RemoteRun run) {
        var mirror = own.mirror(run);
        return from.follow(run, mirror).thenApply(there -> Optional.of(mirror.run()));
    }

    /** What is not kept anywhere any more is not read from its copy either. */
    private CompletableFuture<Optional<KeptRun>> none(String id) {
        own.dropMirror(id);
        return CompletableFuture.completedFuture(Optional.empty());
    }

    /** Has another machine stop its run. */
    public CompletableFuture<Void> stop(RemoteRun run) {
        return asked().stop(run);
    }

    /** Nobody has to watch a run: whoever asked for it has been told that it runs. */
    public CompletableFuture<Void> detach(KeptRun run) {
        run.detach();
        return machines == null || own.find(run.id()).isPresent()
                ? CompletableFuture.completedFuture(null)
                : machines.detach(run.id());
    }

    /** Forgets an ended run, with its output, on all machines. */
    public CompletableFuture<Void> forget(KeptRun run) {
        own.forget(run);
        own.dropMirror(run.id());
        return machines == null ? CompletableFuture.completedFuture(null) : machines.forget(run.id());
    }

    private Machines asked() {
        if (machines == null) {
            throw new IllegalStateException("there are no other machines");
        }
        return machines;
    }

    /**
     * The run that a request joins, on any machine, or else a new one.
     *
     * @param isShareable whether it may share a run
     * @param admission admits a run; null if that is refused
     * @return empty if it is refused
     */
    @SuppressWarnings("FutureReturnValueIgnored") // what follows throws nothing
    public CompletableFuture<Optional<Place>> place(
            KeptRequest request, boolean isShareable, Supplier<@Nullable Run> admission) {
        var hasKey = !request.key().isEmpty();
        if (machines == null || !(hasKey || own.shares(request, isShareable))) {
            return CompletableFuture.completedFuture(own.place(request, isShareable, admission));
        }
        var what = hasKey ? request.key() : request.digest();
        var mine = new CompletableFuture<Optional<Place>>();
        synchronized (this) {
            var other = placing.putIfAbsent(what, mine);
            if (other != null) { // then there is one now, or the next tries
                return other.handle((place, failure) -> failure)
                        .thenCompose(failure -> failure == null
                                ? place(request, isShareable, admission)
                                : CompletableFuture.failedFuture(failure));
            }
        }
        var here = own.find(request, isShareable);
        var found = here.isPresent()
                ? CompletableFuture.completedFuture(Optional.of(new Place(here.get(), null)))
                : new Placement(machines, request, isShareable, admission).find();
        found.whenComplete((place, failure) -> {
            synchronized (this) {
                placing.remove(what);
            }
            if (failure == null) {
                mine.complete(place);
            } else {
                mine.completeExceptionally(failure);
            }
        });
        return mine;
    }

    /** The place of one request, which asks for it alone on this machine. */
    private final class Placement {
        private final Machines machines;
        private final KeptRequest request;
        private final boolean isShareable;
        private final Supplier<@Nullable Run> admission;

        private Placement(
                Machines machines, KeptRequest request, boolean isShareable, Supplier<@Nullable Run> admission) {
            this.machines = machines;
            this.request = request;
            this.isShareable = isShareable;
            this.admission = admission;
        }

        private CompletableFuture<Optional<Place>> find() {
            var found = machines.joined(request).thenCompose(id -> id.isPresent() ? join(id.get()) : start());
            return request.key().isEmpty() ? found.exceptionally(this::alone) : found;
        }

        private CompletableFuture<Optional<Place>> join(String id) {
            return open(id).thenApply(run -> Optional.of(new Place(
                    run.orElseThrow(() -> new UnavailableException("That run has just gone; ask again.")), null)));
        }

        /** Who shares a run only saves one. */
        private Optional<Place> alone(Throwable failure) {
            return own.place(request, isShareable, admission);
        }

        private CompletableFuture<Optional<Place>> start() {
            var run = admission.get();
            if (run == null) {
                return CompletableFuture.completedFuture(Optional.empty());
            }
            return machines.claim(run.id(), request)
                    .whenComplete((id, failure) -> {
                        if (!run.id().equals(id)) {
                            run.close();
                        }
                    })
                    .thenCompose(id -> id.equals(run.id()) ? CompletableFuture.completedFuture(place(run)) : join(id));
        }

        private Optional<Place> place(Run claimed) {
            var place = own.place(request, isShareable, () -> claimed);
            if (place.isPresent() && place.get().admitted() == null) { // one that was alone here
                claimed.close();
            }
            return place;
        }
    }
}
