package streamer.process;

import com.sun.jna.Platform;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import org.jspecify.annotations.Nullable;

/**
 * The spawner of this JVM, chosen once: two kinds cannot live side by side, as the {@link Reaper} would take the exits
 * of the JDK's children.
 *
 * <p>Threads: any; the first that asks loads it.
 */
final class Spawners {
    private static final Logger LOG = System.getLogger(Spawners.class.getName());
    private static final Choice CHOSEN = choose();

    private Spawners() {}

    /**
     * What was chosen.
     *
     * @param why why it is the JDK's; null if it is not
     */
    private record Choice(Spawner spawner, @Nullable String why) {}

    static Spawner chosen() {
        return CHOSEN.spawner;
    }

    /** Why commands are launched by the JDK; null if they are not. */
    static @Nullable String whyByJdk() {
        return CHOSEN.why;
    }

    private static Choice choose() {
        if (JdkSpawner.isWanted()) {
            var system = System.getProperty("os.name");
            return byJdk("Linux".equals(system) ? "streamer.spawner is jdk" : "this is " + system);
        }
        try {
            if (Platform.isLinux() && (Platform.isIntel() || Platform.isARM()) && Platform.is64Bit()) {
                return new Choice(new PosixSpawner(new Reaper(!Boolean.getBoolean("streamer.shares.children"))), null);
            }
            return byJdk("not 64-bit Linux");
        } catch (LinkageError | OutOfMemoryError e) { // not loaded; or no thread
            return byJdk(e.toString());
        }
    }

    private static Choice byJdk(String why) {
        LOG.log(Level.DEBUG, "launches by the JDK: {0}", why);
        return new Choice(new JdkSpawner(), why);
    }
}
