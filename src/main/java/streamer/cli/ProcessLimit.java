package streamer.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** How many processes and threads this system allows us: by {@code getrlimit(2)} and by {@code cgroups(7)}. */
final class ProcessLimit {
    private static final int MOST_RUNS = 64;
    private static final int OWN_THREADS = 64;
    private static final int PER_RUN = 6; // two or three threads here, and a small tree of processes
    private static final Pattern MAX_PROCESSES = Pattern.compile("Max processes +(\\d+)");

    private ProcessLimit() {}

    /** The default number of runs at one time, which such a limit can make smaller. */
    static int defaultRuns() {
        var limit = lowest(Stream.concat(rlimit().stream(), cgroups().stream()).toList());
        if (limit.isEmpty()) {
            return MOST_RUNS;
        }
        return (int) Math.max(1, Math.min(MOST_RUNS, (limit.getAsLong() - OWN_THREADS) / PER_RUN));
    }

    private static OptionalLong lowest(List<Long> limits) {
        return limits.stream().mapToLong(Long::longValue).min();
    }

    private static List<Long> rlimit() {
        var matcher = MAX_PROCESSES.matcher(read(Path.of("/proc/self/limits")));
        return matcher.find() ? List.of(Long.parseLong(matcher.group(1))) : List.of();
    }

    private static List<Long> cgroups() {
        var limits = new ArrayList<Long>();
        for (var line : read(Path.of("/proc/self/cgroup")).lines().toList()) {
            var fields = line.split(":", 3); // hierarchy, controllers, path
            if (fields.length == 3 && (fields[1].isEmpty() || fields[1].equals("pids"))) {
                var root = "/sys/fs/cgroup" + (fields[1].isEmpty() ? "" : "/pids");
                Stream.of(root + fields[2], root) // within a container the path is often that of the host
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
