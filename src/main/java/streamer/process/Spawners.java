package streamer.process;

import com.sun.jna.Platform;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;

/**
 * The spawner of this JVM, chosen once: two kinds cannot live side by side, as the {@link Reaper} would take the exits
 * of the JDK's children.
 *
 * <p>Threads: any; the first that asks loads it.
 */
final class Spawners {
    private static final Logger LOG = System.getLogger(Spawners.class.getName());
    private static final Spawner CHOSEN = choose();

    private Spawners() {}

    static Spawner chosen() {
        return CHOSEN;
    }

    private static Spawner choose() {
        if (JdkSpawner.isWanted()) {
            return new JdkSpawner();
        }
        try {
            if (Platform.isLinux() && (Platform.isIntel() || Platform.isARM()) && Platform.is64Bit()) {
                return new PosixSpawner(new Reaper(!Boolean.getBoolean("streamer.shares.children")));
            }
            LOG.log(Level.DEBUG, "launches by the JDK: not 64-bit Linux");
        } catch (LinkageError | OutOfMemoryError e) { // not loaded; or no thread
            LOG.log(Level.DEBUG, "launches by the JDK: {0}", e.toString());
        }
        return new JdkSpawner();
    }
}
