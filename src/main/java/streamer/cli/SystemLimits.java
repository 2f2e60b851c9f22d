package streamer.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** System limits on processes, threads and open files ({@code getrlimit(2)}, {@code cgroups(7)}), as defaults. */
final class SystemLimits {
    private static final int MOST_RUNS = 64;
    private static final int OWN_THREADS = 64;
    private static final int PER_RUN = 6; // two or three threads here, and a small tree of processes
    private static final int OWN_FILES = 24; // also the few that a launch needs for a moment
    private static final int FILES_PER_RUN = 2; // besides its connection
    private static final int MOST_CONNECTIONS = 4096;
    private static final int FEWEST_CONNECTIONS = 16;

    private SystemLimits() {}

    /** The default number of runs at one time: 64, or fewer where a limit is low. */
    static int defaultRuns() {
        var processes = lowest(Stream.concat(rlimit("Max processes").stream(), cgroups().stream())
                .toList());
        var byProcesses = (processes.orElse(Long.MAX_VALUE) - OWN_THREADS) / PER_RUN;
        var byFiles = (openFiles() / 2 - OWN_FILES) / FILES_PER_RUN;
        return (int) Math.max(1, Math.min(MOST_RUNS, Math.min(byProcesses, byFiles)));
    }

    /**
     * The default number of connections at one time: 4,096, or half of the open files that are allowed; runs need some
     * too.
     */
    static int defaultConnections() {
        return (int) Math.max(FEWEST_CONNECTIONS, Math.min(MOST_CONNECTIONS, openFiles() / 2));
    }

    private static long openFiles() {
        return rlimit("Max open files").orElse(Long.MAX_VALUE);
    }

    private static OptionalLong lowest(List<Long> limits) {
        return limits.stream().mapToLong(Long::longValue).min();
    }

    private static Optional<Long> rlimit(String name) {
        var matcher = Pattern.compile(name + " +(\\d+)").matcher(read(Path.of("/proc/self/limits")));
        return matcher.find() ? Optional.of(Long.parseLong(matcher.group(1))) : Optional.empty();
    }

    private static List<Long> cgroups() {
        var limits = new ArrayList<Long>();
        for (var line : read(Path.of("/proc/self/cgroup")).lines().toList()) {
            var fields = line.split(":", 3); // hierarchy, controllers, path
            if (fields.length == 3 && (fields[1].isEmpty() || fields[1].equals("pids"))) {
                var root = "/sys/fs/cgroup" + (fields[1].isEmpty() ? "" : "/pids");
                Stream.of(root + fields[2], root) // in a container the path is often the host's
                        .map(directory -> read(Path.of(directory, "pids.max")).strip())
                        .filter(text -> text.matches("\\d{1,18}"))
                        .map(Long::parseLong)
                        .forEach(limits::add);
            }
        }
        return limits;
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            return ""; // not Linux, or not allowed: no limit known
        }
    }
}
