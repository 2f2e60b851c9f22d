package streamer.load;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.LongAdder;
import java.util.stream.Collectors;

/** Counters and errors of a load. */
final class Tally {
    private final Map<String, LongAdder> counts = new ConcurrentSkipListMap<>();
    private final Map<String, String> lines = new ConcurrentHashMap<>();
    private final Queue<String> wrongs = new ConcurrentLinkedQueue<>();

    void add(String what, long count) {
        counts.computeIfAbsent(what, any -> new LongAdder()).add(count);
    }

    void wrong(String what) {
        wrongs.add(what);
        System.out.println(Instant.now() + " WRONG " + what);
    }

    /** A run's line in the access log must say this. */
    void expectLine(String run, String ending) {
        lines.put(run, ending);
    }

    /** The runs whose line in this log is missing, or not as expected. */
    List<String> wrongLines(String log) {
        var said = log.lines()
                .filter(line -> line.contains(" run="))
                .collect(Collectors.toMap(line -> line.replaceFirst(".* run=", ""), line -> line, String::concat));
        return lines.entrySet().stream()
                .filter(line ->
                        !said.getOrDefault(line.getKey(), "").matches(".*" + line.getValue() + " run=" + line.getKey()))
                .map(line -> line + " but '" + said.get(line.getKey()) + "'")
                .toList();
    }

    Queue<String> wrongs() {
        return wrongs;
    }

    @Override
    public String toString() {
        var text = new StringBuilder();
        counts.forEach((what, count) -> text.append(String.format("%,14d %s%n", count.sum(), what)));
        return text.toString();
    }
}
