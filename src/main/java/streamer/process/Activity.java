package streamer.process;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * What a process has done since it began, by its first thread alone: what its children have done is added to the
 * process when they end. And what it has not written yet ({@code proc(5)}).
 *
 * @param name its name
 * @param bytesRead what it has read, from whatever
 * @param bytesWritten what it has written, to whatever
 * @param wakeUps how often it has stopped to wait: voluntary context switches
 * @param waitsFor the kernel's function that it waits in; {@code 0} if it does not wait, or that cannot be seen
 * @param stdio what C's stdio holds of its standard output; empty if that cannot be seen
 */
public record Activity(
        String name, long bytesRead, long bytesWritten, long wakeUps, String waitsFor, Optional<StdioBuffer> stdio) {
    private static final Pattern NAME = Pattern.compile("^Name:\t(.*)");
    private static final Pattern READ = Pattern.compile("rchar: (\\d+)");
    private static final Pattern WRITTEN = Pattern.compile("wchar: (\\d+)");
    private static final Pattern WAKE_UPS = Pattern.compile("\nvoluntary_ctxt_switches:\\s+(\\d+)");

    /** A process's, so far; empty if it has exited, or is another user's. */
    public static Optional<Activity> of(long pid) {
        try {
            var process = Long.toString(pid);
            var bytes = Proc.read(process, "task/" + process + "/io");
            var status = Proc.read(process, "status");
            return Optional.of(new Activity(
                    new String(text(NAME, status).getBytes(StandardCharsets.ISO_8859_1), StandardCharsets.UTF_8),
                    number(READ, bytes),
                    number(WRITTEN, bytes),
                    number(WAKE_UPS, status),
                    Proc.read(process, "wchan"),
                    StdioBuffer.of(process)));
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    private static long number(Pattern pattern, String text) throws IOException {
        return Long.parseLong(text(pattern, text));
    }

    private static String text(Pattern pattern, String text) throws IOException {
        var matcher = pattern.matcher(text);
        if (!matcher.find()) {
            throw new IOException("no " + pattern); // it has just exited
        }
        return matcher.group(1);
    }

    /** Whether it has read something, or has not waited all the time, since an earlier look, but written nothing. */
    boolean isInVainSince(Activity earlier) {
        return !hasWrittenSince(earlier) && (bytesRead > earlier.bytesRead || wakeUps > earlier.wakeUps);
    }

    /** Whether it has written something since an earlier look. */
    boolean hasWrittenSince(Activity earlier) {
        return bytesWritten > earlier.bytesWritten;
    }

    /** Whether it waits for others to take what it writes; empty if that cannot be seen. */
    Optional<Boolean> waitsToWrite() {
        return waitsFor.equals("0") ? Optional.empty() : Optional.of(waitsFor.contains("write"));
    }
}
