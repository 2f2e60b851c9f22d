package streamer.load;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.LongAdder;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** Counters and errors of a load. */
final class Tally {
    private static final Pattern RUN = Pattern.compile(".*\\brun[ =]([0-9a-f]{32})\\b.*");

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

    /** One of a run's lines in the log must say this. */
    void expectLine(String run, String ending) {
        if (lines.put(run, ending) != null) {
            add("reads of a run that had been read before", 1);
        }
    }

    /** The runs of whose lines in this log none is as expected. */
    List<String> wrongLines(String log) {
        var said = log.lines()
                .map(RUN::matcher)
                .filter(Matcher::matches)
                .collect(Collectors.toMap(line -> line.group(1), line -> line.group() + "\n", String::concat));
        return lines.entrySet().stream()
                .filter(line -> !Pattern.compile(line.getValue() + "\\b")
                        .matcher(said.getOrDefault(line.getKey(), ""))
                        .find())
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
