package streamer.http.access;

import java.net.Inet6Address;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * Checks of passwords: on one thread, so that a flood of wrong ones takes one processor at most, and with a bounded
 * queue, of which the clients of one address (IPv6: one network of 64 bits) have a quarter, so that others get in.
 *
 * <p>Threads: any.
 */
final class PasswordChecks {
    private static final int MOST_WAITING = 64;
    private static final int MOST_OF_ONE = MOST_WAITING / 4;
    private static final int IDLE_THREAD_SECONDS = 5;
    private static final int NETWORK_BYTES = 8;

    private final Executor thread = thread();
    private final Map<Object, Integer> waiting = new HashMap<>();

    private static Executor thread() {
        var thread = new ThreadPoolExecutor(
                1, 1, IDLE_THREAD_SECONDS, TimeUnit.SECONDS, new ArrayBlockingQueue<>(MOST_WAITING), task -> {
                    var checking = new Thread(task, "passwords");
                    checking.setDaemon(true);
                    return checking;
                });
        thread.allowCoreThreadTimeOut(true);
        return thread;
    }

    /**
     * Executes a client's check later.
     *
     * @throws RejectedExecutionException if too many wait already
     */
    void execute(InetSocketAddress client, Runnable check) {
        var network = network(client);
        enter(network);
        try {
            thread.execute(() -> {
                try {
                    check.run();
                } finally {
                    leave(network);
                }
            });
        } catch (RuntimeException | Error e) {
            leave(network);
            throw e;
        }
    }

    private synchronized void enter(Object network) {
        if (waiting.getOrDefault(network, 0) == MOST_OF_ONE) {
            throw new RejectedExecutionException();
        }
        waiting.merge(network, 1, Integer::sum);
    }

    private synchronized void leave(Object network) {
        waiting.computeIfPresent(network, (same, number) -> number == 1 ? null : number - 1);
    }

    private static Object network(InetSocketAddress client) {
        return client.getAddress() instanceof Inet6Address address
                ? ByteBuffer.wrap(address.getAddress(), 0, NETWORK_BYTES)
                : client.getHostString();
    }
}
