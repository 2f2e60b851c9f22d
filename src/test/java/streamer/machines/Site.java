package streamer.machines;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import streamer.testing.Cable;
import streamer.testing.Program;
import streamer.testing.RedisServer;

/** Machines that have their runs together: a process and a cable to Redis for each. */
final class Site implements AutoCloseable {
    private final Path directory;
    private final RedisServer redis;
    private final List<Cable> cables = new ArrayList<>();
    private final List<Program> machines = new ArrayList<>();
    private final List<InetSocketAddress> addresses = new ArrayList<>();
    private final Set<Integer> away = ConcurrentHashMap.newKeySet();

    private Site(Path directory, RedisServer redis) {
        this.directory = directory;
        this.redis = redis;
    }

    /** Starts some machines with these flags, and a Redis with these options. */
    static Site start(Path directory, int machines, List<String> redisOptions, String... flags) throws IOException {
        var site = new Site(directory, RedisServer.start(redisOptions.toArray(String[]::new)));
        try {
            for (var i = 0; i < machines; i++) {
                site.add(flags);
            }
            for (var machine : site.machines) {
                site.addresses.add(machine.address());
            }
            return site;
        } catch (IOException | RuntimeException | Error e) {
            site.close();
            throw e;
        }
    }

    private void add(String... flags) throws IOException {
        var cable = new Cable(redis.address());
        cables.add(cable);
        var arguments = new ArrayList<>(List.of(
                "--keep", "10m", "--open-list", "--stderr", "drop", "--store", cable.url(), "--kill-after", "2s"));
        arguments.addAll(List.of(flags));
        arguments.add("--");
        arguments.addAll(Story.command(directory));
        machines.add(Program.start(
                Files.createDirectory(directory.resolve("machine" + machines.size())),
                arguments.toArray(String[]::new)));
    }

    RedisServer redis() {
        return redis;
    }

    Cable cable(int machine) {
        return cables.get(machine);
    }

    List<Cable> cables() {
        return cables;
    }

    Program machine(int number) {
        return machines.get(number);
    }

    List<Program> machines() {
        return machines;
    }

    InetSocketAddress address(int machine) {
        return addresses.get(machine);
    }

    /** Whether clients are sent to a machine, as a balancer knows it. */
    void isAway(int machine, boolean isSo) {
        if (isSo) {
            away.add(machine);
        } else {
            away.remove(machine);
        }
    }

    /** Where any machine listens that clients are sent to. */
    InetSocketAddress anyAddress(Random random) {
        while (true) {
            var machine = random.nextInt(addresses.size());
            if (!away.contains(machine)) {
                return addresses.get(machine);
            }
        }
    }

    @Override
    public void close() throws IOException {
        for (var machine : machines) {
            machine.signal("CONT");
            machine.close();
        }
        for (var cable : cables) {
            cable.close();
        }
        redis.close();
    }
}
