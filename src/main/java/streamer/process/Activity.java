package streamer.process;

import java.io.IOException;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * What a process has done since it began, and what it has not written yet ({@code proc(5)}).
 *
 * @param name its name, with the id
 * @param program the name of the file that it executes
 * @param bytesRead what it has read, from whatever
 * @param bytesWritten what it has written, to whatever
 * @param wakeUps how often it has stopped to wait: its first thread's voluntary context switches
 * @param stdio what C's stdio holds of its standard output; empty if that cannot be seen
 */
public record Activity(
        String name, String program, long bytesRead, long bytesWritten, long wakeUps, Optional<StdioBuffer> stdio) {
    private static final Pattern NAME = Pattern.compile("^Name:\t(.*)");
    private static final Pattern READ = Pattern.compile("rchar: (\\d+)");
    private static final Pattern WRITTEN = Pattern.compile("wchar: (\\d+)");
    private static final Pattern WAKE_UPS = Pattern.compile("\nvoluntary_ctxt_switches:\\s+(\\d+)");

    /** A process's, so far; empty if it has exited, or is another user's. */
    public static Optional<Activity> of(long pid) {
        try {
            var process = Long.toString(pid);
            var bytes = Proc.read(process, "io");
            var status = Proc.read(process, "status");
            return Optional.of(new Activity(
                    text(NAME, status) + " (" + pid + ")",
                    Proc.program(process),
                    number(READ, bytes),
                    number(WRITTEN, bytes),
                    number(WAKE_UPS, status),
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

    /** Whether it has read something, or has not waited all the time, since an earlier look. */
    boolean isBusySince(Activity earlier) {
        return bytesRead > earlier.bytesRead || wakeUps > earlier.wakeUps;
    }

    /** Whether it has written something since an earlier look. */
    boolean hasWrittenSince(Activity earlier) {
        return bytesWritten > earlier.bytesWritten;
    }
}
